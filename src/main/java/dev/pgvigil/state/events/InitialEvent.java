package dev.pgvigil.state.events;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.view.Counts;
import dev.pgvigil.state.view.DatabaseSummary;
import dev.pgvigil.state.view.PointInTimeView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first event of a stream that does not resume: the state of the fleet, so that the events behind it suffice to stay
 * up to date.
 *
 * @param reason why the stream begins with it
 * @param epoch of the process: its events are numbered anew
 * @param total how many targets there are
 * @param targets at most 1000 of them, by name
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
        /** The client named no event. */
        FIRST,
        /** The client's last event was numbered by another process: what was between is not known. */
        RESTARTED,
        /** Events after the client's last one are no longer in the log. */
        EXPIRED
    }

    /**
     * The state of one target, or of all.
     *
     * @param target null: all
     */
    static InitialEvent of(PointInTimeView look, Reason reason, String epoch, @Nullable String target) {
        List<DatabaseSummary> rows = look.targets().stream()
                .filter(state -> target == null || target.equals(state.target().name()))
                .map(state -> DatabaseSummary.of(state, look))
                .toList();
        return new InitialEvent(
                look.now(),
                reason,
                epoch,
                Counts.of(rows).worst(),
                look.snapshot().staleAfter().toMillis(),
                rows.size(),
                rows.stream().limit(TARGETS).toList());
    }
}
