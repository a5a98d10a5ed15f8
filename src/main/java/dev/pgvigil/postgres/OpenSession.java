package dev.pgvigil.postgres;

/** An open connection, and the facts read through it. */
record OpenSession(PhysicalConnection physical, ServerFacts facts) {}
