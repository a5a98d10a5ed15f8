package dev.pgvigil.health;

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
                .number("buffered_rows", state.buffered())
                .number("buffer_rows", state.limit())
                .number("buffered_audit_rows", state.auditBuffered())
                .number("lost_rows", state.overflowed() + state.rejected())
                .number("lost_audit_rows", state.auditOverflowed())
                .time("last_write", state.lastWrite())
                .time("maintained", state.maintained());
        return HealthCheckResult.of("store", state.problem() == null, data);
    }
}
