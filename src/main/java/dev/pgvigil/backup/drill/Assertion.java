package dev.pgvigil.backup.drill;

/** A question to the restored database, whose first column of the only row must be true. */
public record Assertion(String name, String database, String sql) {}
