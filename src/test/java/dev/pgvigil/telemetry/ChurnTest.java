package dev.pgvigil.telemetry;

import static dev.pgvigil.telemetry.Scraping.facts;
import static dev.pgvigil.telemetry.Scraping.link;
import static dev.pgvigil.telemetry.Scraping.observed;
import static dev.pgvigil.telemetry.Scraping.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.SnapshotPublisher;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.Target;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Targets come and go; their series go with them, and so does what they took. */
class ChurnTest {

    private static final int TARGETS = 1_000;

    private final Scraping scraping = new Scraping(
            new Sample(
                    "heartbeat",
                    Scope.SERVER,
                    (now, gauges) -> gauges.gauge("pgvigil_round_trip_seconds", "Trip.", now)),
            new Sample("tables", Scope.DATABASE, (now, gauges) -> {
                for (int table = 0; table < 10; table++) {
                    gauges.gauge("pgvigil_table_bytes", "Size.", now, "relname", "t" + table);
                }
            }));

    @Test
    void removedTargetsLeaveNoSeries() throws IOException {
        Set<String> before = scraping.scrape().series().keySet();
        List<WeakReference<Object>> gone = comeAndGo();

        assertThat(scraping.scrape().series().keySet()).isEqualTo(before);
        await().until(() -> {
            System.gc();
            return gone.stream().allMatch(reference -> reference.refersTo(null));
        });
    }

    private List<WeakReference<Object>> comeAndGo() throws IOException {
        Snapshot snapshot = SnapshotPublisher.EMPTY;
        List<WeakReference<Object>> states = new ArrayList<>();
        for (int i = 0; i < TARGETS; i++) {
            Server server = new Server("db" + i + ".internal", 5432, "pgvigil", null, Tls.PREFER);
            var state = state(Target.of("shop" + i, server, "shop"), Status.HEALTHY, Map.of("tables", observed(i)));
            states.add(new WeakReference<>(state));
            snapshot = SnapshotPublisher.with(
                    snapshot, SnapshotPublisher.server(server, facts(), link(1), Map.of("heartbeat", observed(1))));
            snapshot = SnapshotPublisher.with(snapshot, state);
        }
        SnapshotPublisher.put(scraping.fleet, snapshot);
        assertThat(scraping.scrape().series()).hasSizeGreaterThan(TARGETS * 25);
        SnapshotPublisher.put(scraping.fleet, SnapshotPublisher.EMPTY);
        return states;
    }
}
