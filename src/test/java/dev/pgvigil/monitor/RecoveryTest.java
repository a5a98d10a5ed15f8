package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecoveryTest {

    /** An hourly check, whose server may freeze during its first run. */
    private record Hourly(PgServer server, boolean freezes, AtomicInteger asked) implements Check<Integer> {

        @Override
        public String name() {
            return "hourly";
        }

        @Override
        public Scope scope() {
            return Scope.SERVER;
        }

        @Override
        public Policy policy() {
            return Policy.every(Duration.ofHours(1));
        }

        @Override
        public Uni<Integer> collect(Session session) {
            if (asked.getAndIncrement() == 0 && freezes) {
                server.freeze();
            }
            return session.row("select 1", row -> row.getInteger(0));
        }

        @Override
        public List<Finding> evaluate(Integer now, Previous<Integer> past, Target target) {
            return List.of();
        }
    }

    @Test
    void repeatsFailedChecksWhenServerIsBack() {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            Hourly hourly = new Hourly(server, true, new AtomicInteger());
            Target shop = server.target("shop", "postgres");
            try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), hourly), shop)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> outcome(monitoring, shop) instanceof Outcome.Failed<?>);
                server.thaw();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> outcome(monitoring, shop) instanceof Outcome.Observed<?>);
                assertThat(hourly.asked()).hasValue(2);
            }
        }
    }

    @Test
    void repeatsAllChecksAfterServerRestart() {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            Hourly hourly = new Hourly(server, false, new AtomicInteger());
            Target shop = server.target("shop", "postgres");
            try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), hourly), shop)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> hourly.asked().get() == 1);
                monitoring.awaitStatus("shop", Status.HEALTHY);
                server.kill();
                server.restart();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> hourly.asked().get() == 2);
            }
        }
    }

    private static @Nullable Outcome<?> outcome(Monitoring monitoring, Target target) {
        ServerState state = monitoring.fleet().snapshot().servers().get(target.server());
        return state == null ? null : state.outcome("hourly");
    }
}
