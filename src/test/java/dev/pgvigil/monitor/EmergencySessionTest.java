package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The additional session that pgvigil holds while a server runs out of connections. */
class EmergencySessionTest {

    private static final int NEWEST = PgServer.majors().getLast();

    @Test
    void emergencySessionTakesOverWhenServerIsFull() {
        try (PgServer server = PgServer.start(NEWEST, Map.of("max_connections", "25"))) {
            server.sql("create role plain login");
            Server plain = server.server("plain", null);
            Full full = new Full();
            try (Monitoring monitoring =
                    Monitoring.with(List.of(new Heartbeat(), full), Target.of("shop", plain, "postgres"))) {
                monitoring.awaitStatus("shop", Status.HEALTHY);
                full.now = true;
                monitoring.awaitLink(plain, link -> link.emergency() == 1);
                // It runs a statement periodically, whatever the interval, because the server ends idle sessions.
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> "1"
                                .equals(server.value("select count(*) from pg_stat_activity where usename = 'plain'"
                                        + " and query = 'select 1'")));
                try (var clients = server.fillConnections()) {
                    assertThat(clients.size()).isPositive();
                    server.sql("select pg_terminate_backend(min(pid)) from pg_stat_activity where usename = 'plain'");
                    await().during(Duration.ofSeconds(2))
                            .atMost(Duration.ofSeconds(20))
                            .until(() -> monitoring.finding("shop", "heartbeat/unreachable") == null);
                }
                full.now = false;
                monitoring.awaitLink(plain, link -> link.open() == 1);
            }
        }
    }

    @Test
    void leavesDatabaseThatIsNoLongerMonitored() {
        PgServer server = PgServer.shared(NEWEST);
        String left = server.newDatabase("left");
        Target first = server.target("first", left);
        Target second = server.target("second", server.newDatabase("second"));
        Full full = new Full();
        full.now = true;
        try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), full), first, second)) {
            monitoring.awaitLink(first.server(), link -> link.emergency() == 1);

            monitoring.follow(second);

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> "0"
                            .equals(server.value("select count(*) from pg_stat_activity where datname = '" + left
                                    + "' and application_name = 'pgvigil'")));
            monitoring.awaitLink(second.server(), link -> link.emergency() == 1);
        }
    }

    /** Reports on demand that the server is running out of connections. */
    private static final class Full implements Check<Full.Seen> {

        record Seen(boolean full) {}

        private volatile boolean now;

        @Override
        public String name() {
            return "connections";
        }

        @Override
        public Scope scope() {
            return Scope.SERVER;
        }

        @Override
        public Policy policy() {
            return Policy.every(Duration.ofMillis(200)).with(Policy.Reaction.HOLD_EMERGENCY_CONNECTION);
        }

        @Override
        public Uni<Seen> collect(Session session) {
            return Uni.createFrom().item(() -> new Seen(now));
        }

        @Override
        public List<Finding> evaluate(Seen seen, Previous<Seen> past, Target target) {
            return seen.full()
                    ? List.of(Finding.of(
                            "connections", "saturation", Status.UNHEALTHY, Severity.CRITICAL, "full", "full"))
                    : List.of();
        }
    }
}
