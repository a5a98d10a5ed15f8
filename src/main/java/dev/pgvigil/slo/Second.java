package dev.pgvigil.slo;

/** What one second was for an objective. Unknown is neither good nor bad: nobody looked, or the cause was pgvigil itself. */
enum Second {
    GOOD,
    BAD,
    UNKNOWN
}
