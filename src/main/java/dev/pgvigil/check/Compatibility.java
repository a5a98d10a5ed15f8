package dev.pgvigil.check;

/** Marks a check that exports the series of another exporter. It runs only if {@code metrics.compatibility} has its name. */
public interface Compatibility {}
