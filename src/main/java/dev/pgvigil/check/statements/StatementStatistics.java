package dev.pgvigil.check.statements;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the statements of a server did since the collection before.
 *
 * @param extensionVersion of pg_stat_statements
 * @param database in which the extension was read; it counts those of all databases
 * @param track {@code top}, {@code all} or {@code none} in pgvigil's session; null: not loaded
 * @param ioTiming whether track_io_timing is on in pgvigil's session; if not, times of reads and writes are not known
 * @param entries statements that the server counts
 * @param maxEntries the most that it counts; null: not known
 * @param complete whether all entries were read
 * @param untracked entries for whose counters no memory was left
 * @param statsReset when all counters were reset; null: not known
 * @param reset whether all counters were reset during the interval
 * @param evictions times in the last hour that entries were evicted to make room; null: not known
 * @param intervalSeconds zero at the first collection, which has no growth
 * @param interval the sum over all statements during the interval
 * @param counted the sum of all intervals since pgvigil reads this server
 * @param top the first by each order; at the first collection by what they did since their counters began
 * @param slower statements that are slower than their baseline, not all of them significantly
 * @param running statements that have run for over a second and are not counted yet, the oldest first
 */
public record StatementStatistics(
        String extensionVersion,
        String database,
        @Nullable String track,
        boolean ioTiming,
        int entries,
        @Nullable Long maxEntries,
        boolean complete,
        int untracked,
        @Nullable Instant statsReset,
        boolean reset,
        @Nullable Long evictions,
        double intervalSeconds,
        Totals interval,
        Totals counted,
        List<StatementUsage> top,
        List<StatementRegression> slower,
        List<RunningStatement> running) {

    /** The orders of the list. */
    public enum Order {
        TOTAL_TIME,
        CALLS,
        MEAN_TIME,
        IO;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** Sums over statements. */
    public record Totals(
            long calls,
            double execMs,
            double planMs,
            long rows,
            long sharedBlksHit,
            long sharedBlksRead,
            long tempBlksWritten,
            double readMs,
            double writeMs,
            long walBytes) {

        static final Totals NONE = of(new double[Counter.COUNT]);

        static Totals of(double[] sums) {
            return new Totals(
                    Math.round(Counter.CALLS.of(sums)),
                    Counter.EXEC_TIME.of(sums),
                    Counter.PLAN_TIME.of(sums),
                    Math.round(Counter.ROWS.of(sums)),
                    Math.round(Counter.SHARED_BLKS_HIT.of(sums)),
                    Math.round(Counter.SHARED_BLKS_READ.of(sums)),
                    Math.round(Counter.TEMP_BLKS_WRITTEN.of(sums)),
                    Counter.READ_TIME.of(sums),
                    Counter.WRITE_TIME.of(sums),
                    Math.round(Counter.WAL_BYTES.of(sums)));
        }
    }

    public StatementStatistics {
        top = List.copyOf(top);
        slower = List.copyOf(slower);
        running = List.copyOf(running);
    }
}
