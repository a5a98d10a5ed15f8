package dev.pgvigil.check.statements;

/**
 * What {@code pg_stat_statements} counts separately.
 *
 * @param toplevel false: executed inside a function or procedure
 */
record StatementKey(long userid, long dbid, long queryid, boolean toplevel) {

    /** Four fields and an object header. */
    static final int BYTES = 48;
}
