package dev.pgvigil.state.events;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.view.Counts;
import dev.pgvigil.state.view.DatabaseSummary;
import dev.pgvigil.state.view.PointInTimeView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first event of a stream that does not resume: the state of the fleet, which the following events keep up to date.
 *
 * @param reason why the stream begins with a snapshot
 * @param epoch epoch of the process, which numbers its events from 1
 * @param total number of targets
 * @param targets the first 1000 targets by name
 */
record InitialEvent(
        Instant timestamp,
        Reason reason,
        String epoch,
        Status status,
        long staleAfterMs,
        int total,
        List<DatabaseSummary> targets) {

    private static final int TARGETS = 1000;

    /** Why a stream begins with a snapshot. */
    enum Reason {
        /** The client sent no event id. */
        FIRST,
        /** The client's last event is from another process; events in between are unknown. */
        RESTARTED,
        /** Events after the client's last one are no longer in the log. */
        EXPIRED
    }

    /**
     * The state of one or all targets.
     *
     * @param target null: all
     */
    static InitialEvent of(PointInTimeView view, Reason reason, String epoch, @Nullable String target) {
        List<DatabaseSummary> rows = view.targets().stream()
                .filter(state -> target == null || target.equals(state.target().name()))
                .map(state -> DatabaseSummary.of(state, view))
                .toList();
        return new InitialEvent(
                view.now(),
                reason,
                epoch,
                Counts.of(rows).worst(),
                view.snapshot().staleAfter().toMillis(),
                rows.size(),
                rows.stream().limit(TARGETS).toList());
    }
}
