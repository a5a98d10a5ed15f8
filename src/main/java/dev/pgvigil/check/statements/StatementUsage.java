package dev.pgvigil.check.statements;

import dev.pgvigil.check.statements.StatementStatistics.Order;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement: what it did during an interval, and in all.
 *
 * @param queryid the server's identifier, as text because scripts lose digits of large numbers
 * @param datname null: the database was dropped
 * @param toplevel false: executed inside a function or procedure
 * @param query without values, truncated; null: not read yet
 * @param topBy the orders in which it is among the first
 * @param calls during the interval
 * @param timePercent share of the execution time of all statements
 * @param stddevMs standard deviation of the execution times; null: not known
 * @param planMs zero unless pg_stat_statements.track_planning is on
 * @param readMs zero unless track_io_timing is on
 * @param restarted whether its counters were reset during the interval, so that part of it is missing
 * @param callsTotal since its counters began
 */
public record StatementUsage(
        String queryid,
        @Nullable String datname,
        @Nullable String usename,
        boolean toplevel,
        @Nullable String query,
        List<Order> topBy,
        long calls,
        double totalMs,
        double timePercent,
        @Nullable Double meanMs,
        @Nullable Double stddevMs,
        double planMs,
        long rows,
        long sharedBlksHit,
        long sharedBlksRead,
        long sharedBlksDirtied,
        long sharedBlksWritten,
        long tempBlksRead,
        long tempBlksWritten,
        double readMs,
        double writeMs,
        long walBytes,
        double jitMs,
        boolean restarted,
        long callsTotal,
        double totalMsTotal,
        long rowsTotal,
        long sharedBlksReadTotal,
        long sharedBlksHitTotal,
        long tempBlksWrittenTotal) {

    public StatementUsage {
        topBy = List.copyOf(topBy);
    }

    double rowsPerCall() {
        return calls == 0 ? 0 : (double) rows / calls;
    }
}
