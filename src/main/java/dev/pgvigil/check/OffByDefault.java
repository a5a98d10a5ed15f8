package dev.pgvigil.check;

/** Marks a check that runs only if {@code checks.<check>.enabled} says so: it needs grants that few roles have. */
public interface OffByDefault {}
