package dev.pgvigil.health;

import dev.pgvigil.store.RowQueue;
import dev.pgvigil.store.StoreState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The store in the detailed health. It is in no probe: watching does not depend on it. */
final class StoreHealth {

    private StoreHealth() {}

    /** Null: no store is configured. */
    static @Nullable HealthCheckResult of(StoreState state) {
        if (state.mode() == StoreState.Mode.OFF) {
            return null;
        }
        Data data = new Data()
                .text("mode", state.mode().name().toLowerCase(Locale.ROOT))
                .text("problem", state.problem())
                .time("last_write", state.lastWrite())
                .time("maintained", state.maintained());
        for (RowQueue.State queue : state.queues()) {
            data.number(queue.kind() + "_rows_buffered", queue.buffered())
                    .number(queue.kind() + "_rows_limit", queue.limit())
                    .number(queue.kind() + "_rows_lost", queue.lost() + queue.rejected());
        }
        return HealthCheckResult.of("store", state.problem() == null, data);
    }
}
