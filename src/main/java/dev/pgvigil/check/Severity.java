package dev.pgvigil.check;

/** How urgent a finding is for people. */
public enum Severity {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL
}
