package dev.pgvigil.postgres;

/** A connection that has been opened, and what it found. */
record OpenSession(PhysicalConnection wire, ServerFacts facts) {}
