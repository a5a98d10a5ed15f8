package dev.pgvigil.state.events;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.view.Counts;
import dev.pgvigil.state.view.DatabaseSummary;
import dev.pgvigil.state.view.PointInTimeView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first event of every stream: how things are, so that the changes behind it suffice to stay up to date.
 *
 * @param total how many targets there are
 * @param targets at most 1000 of them, by name
 */
record InitialEvent(Instant timestamp, Status status, long staleAfterMs, int total, List<DatabaseSummary> targets) {

    private static final int TARGETS = 1000;

    /**
     * How things are with one target, or with all.
     *
     * @param target null: all
     */
    static InitialEvent of(PointInTimeView look, @Nullable String target) {
        List<DatabaseSummary> rows = look.targets().stream()
                .filter(state -> target == null || target.equals(state.target().name()))
                .map(state -> DatabaseSummary.of(state, look))
                .toList();
        return new InitialEvent(
                look.now(),
                Counts.of(rows).worst(),
                look.snapshot().staleAfter().toMillis(),
                rows.size(),
                rows.stream().limit(TARGETS).toList());
    }
}
