package dev.pgvigil.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.check.server.Overhead;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.monitor.SnapshotPublisher;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A real server that two roles watch: two links, and one label. */
class TwoRolesTest {

    @Test
    void overheadIsSumOfBothRoles() throws IOException {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        String auditor = PgServer.unique("auditor");
        server.monitorRole(auditor, "secret");
        Scraping scraping = new Scraping(new Heartbeat(), new Overhead());
        try (Monitoring monitoring = Monitoring.with(
                List.of(new Heartbeat(), new Overhead()),
                server.target("shop", "postgres"),
                Target.of("audit", server.server(auditor, "secret"), "postgres"))) {
            Snapshot snapshot = await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> monitoring.fleet().snapshot(),
                            seen -> links(seen).size() == 2);
            SnapshotPublisher.put(scraping.fleet, snapshot);

            double statements = scraping.scrape()
                    .value("pgvigil_overhead_statements_total{server=\"%s\"}"
                            .formatted(server.server().id()));

            assertThat(links(snapshot)).allMatch(link -> link.statements() > 0);
            assertThat(statements)
                    .isEqualTo(links(snapshot).stream()
                            .mapToDouble(link -> (double) link.statements())
                            .sum());
        }
    }

    private static List<ConnectionState> links(Snapshot snapshot) {
        return snapshot.servers().values().stream()
                .map(TwoRolesTest::cost)
                .filter(Objects::nonNull)
                .toList();
    }

    private static @Nullable ConnectionState cost(ServerState state) {
        return state.outcome(Overhead.NAME) instanceof Outcome.Observed<?> seen
                        && seen.value() instanceof ConnectionState link
                ? link
                : null;
    }
}
