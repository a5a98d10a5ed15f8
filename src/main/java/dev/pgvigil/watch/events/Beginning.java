package dev.pgvigil.watch.events;

import dev.pgvigil.check.Status;
import dev.pgvigil.watch.view.Counts;
import dev.pgvigil.watch.view.Look;
import dev.pgvigil.watch.view.Row;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first event of every stream: how things are, so that the changes behind it suffice to stay up to date.
 *
 * @param total how many targets there are
 * @param targets at most 1000 of them, by name
 */
record Beginning(Instant timestamp, Status status, long staleAfterMs, int total, List<Row> targets) {

    private static final int TARGETS = 1000;

    /**
     * How things are with one target, or with all.
     *
     * @param target null: all
     */
    static Beginning of(Look look, @Nullable String target) {
        List<Row> rows = look.targets().stream()
                .filter(state -> target == null || target.equals(state.target().name()))
                .map(state -> Row.of(state, look))
                .toList();
        return new Beginning(
                look.now(),
                Counts.of(rows).worst(),
                look.snapshot().staleAfter().toMillis(),
                rows.size(),
                rows.stream().limit(TARGETS).toList());
    }
}
