package dev.pgvigil.backup.verify;

/** What a verification came to. Only {@link #PASSED} is good: what was not run or cannot be is not. */
public enum Verdict {
    PASSED,
    FAILED,
    UNSUPPORTED,
    NOT_RUN
}
