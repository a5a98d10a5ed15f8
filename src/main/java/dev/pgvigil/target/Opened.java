package dev.pgvigil.target;

/** A connection that has been opened, and what it found. */
record Opened(Wire wire, ServerFacts facts) {}
