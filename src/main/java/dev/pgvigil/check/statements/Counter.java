package dev.pgvigil.check.statements;

/** The counters that are kept of each statement, in the order of their place in an array. Times are milliseconds. */
enum Counter {
    CALLS,
    EXEC_TIME,
    ROWS,
    SHARED_BLKS_HIT,
    SHARED_BLKS_READ,
    SHARED_BLKS_DIRTIED,
    SHARED_BLKS_WRITTEN,
    TEMP_BLKS_READ,
    TEMP_BLKS_WRITTEN,
    /** Zero unless track_io_timing is on. */
    READ_TIME,
    WRITE_TIME,
    WAL_BYTES,
    /** Zero unless pg_stat_statements.track_planning is on. */
    PLAN_TIME,
    JIT_TIME,
    /** Sum of the squared deviations of the execution times from their mean; computed from the standard deviation. */
    SQUARES;

    static final int COUNT = values().length;

    /** All but the last are exact, so that a lower value means a reset. */
    static final int EXACT = SQUARES.ordinal();

    double of(double[] values) {
        return values[ordinal()];
    }
}
