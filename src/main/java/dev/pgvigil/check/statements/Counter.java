package dev.pgvigil.check.statements;

/** The counters that are kept of each statement, in the order of their place in an array. Times are milliseconds. */
enum Counter {
    CALLS(0),
    EXEC_TIME(1),
    ROWS(2),
    SHARED_BLKS_HIT(3),
    SHARED_BLKS_READ(4),
    SHARED_BLKS_DIRTIED(5),
    SHARED_BLKS_WRITTEN(6),
    TEMP_BLKS_READ(7),
    TEMP_BLKS_WRITTEN(8),
    /** Zero unless track_io_timing is on. */
    READ_TIME(9),
    WRITE_TIME(10),
    WAL_BYTES(11),
    /** Zero unless pg_stat_statements.track_planning is on. */
    PLAN_TIME(12),
    JIT_TIME(13),
    /** Sum of the squared deviations of the execution times from their mean; computed from the standard deviation. */
    SQUARES(14);

    static final int COUNT = values().length;

    /** All but the last are exact, so that a lower value means a reset. */
    static final int EXACT = SQUARES.place;

    private final int place;

    Counter(int place) {
        this.place = place;
    }

    /** The place in an array of counters. */
    int place() {
        return place;
    }

    double of(double[] values) {
        return values[place];
    }
}
