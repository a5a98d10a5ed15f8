package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.store.RowQueue;
import dev.pgvigil.store.Store;
import dev.pgvigil.store.StoreState;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.function.Supplier;

/** The store and what waits for it; nothing without a store. */
@Singleton
final class StoreSeries implements SeriesSource {

    private final Supplier<StoreState> store;

    @Inject
    StoreSeries(Store store) {
        this(store::state);
    }

    StoreSeries(Supplier<StoreState> store) {
        this.store = store;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        StoreState state = store.get();
        if (state.mode() == StoreState.Mode.OFF) {
            return;
        }
        MetricSink sink = builder.under(Labels.NONE);
        sink.gauge("pgvigil_store_up", "1 if the last write to the store succeeded.", state.problem() == null ? 1 : 0);
        sink.gauge(
                "pgvigil_store_refused",
                "1 if nothing is written because the schema of the store is not the one of this pgvigil, or rights are missing.",
                state.mode() == StoreState.Mode.REFUSED ? 1 : 0);
        sink.counter(
                "pgvigil_store_failures_total", "Attempts to use the store that failed.", (double) state.failures());
        state.queues().forEach(queue -> rows(sink, queue));
        Instant maintained = state.maintained();
        if (maintained != null) {
            sink.gauge(
                    "pgvigil_store_maintenance_timestamp_seconds",
                    "When partitions, downsampling and retention were last done by this process.",
                    maintained.toEpochMilli() / 1e3);
        }
    }

    private static void rows(MetricSink sink, RowQueue.State queue) {
        String kind = queue.kind();
        sink.gauge("pgvigil_store_buffered_rows", "Rows that wait to be written.", queue.buffered(), "kind", kind);
        sink.gauge("pgvigil_store_buffer_limit_rows", "Rows that can wait.", queue.limit(), "kind", kind);
        sink.counter(
                "pgvigil_store_rows_written_total",
                "Rows written to the store.",
                (double) queue.written(),
                "kind",
                kind);
        sink.counter(
                "pgvigil_store_rows_lost_total",
                "Rows lost because the buffer was full; the oldest go first.",
                (double) queue.lost(),
                "kind",
                kind);
        sink.counter(
                "pgvigil_store_rows_rejected_total",
                "Rows that the store can never take: older than the retention of their table, or refused as data.",
                (double) queue.rejected(),
                "kind",
                kind);
    }
}
