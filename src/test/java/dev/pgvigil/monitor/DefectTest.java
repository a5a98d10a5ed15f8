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
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefectTest {

    /** Throws when it evaluates one of the targets. */
    private static final class Broken implements Check<Integer> {

        private volatile boolean repaired;

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Scope scope() {
            return Scope.SERVER;
        }

        @Override
        public Policy policy() {
            return Policy.every(Duration.ofMillis(200));
        }

        @Override
        public Uni<Integer> collect(Session session) {
            return session.row("select 1", row -> row.getInteger(0));
        }

        @Override
        public List<Finding> evaluate(Integer now, Previous<Integer> past, Target target) {
            if (target.name().equals("odd") && !repaired) {
                throw new IllegalStateException("what an odd name");
            }
            return List.of();
        }
    }

    @Test
    void reportsFindingWhenEvaluationThrowsAndEvaluatesOtherTargets() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        Broken broken = new Broken();
        try (Monitoring monitoring = Monitoring.with(
                List.of(new Heartbeat(), broken),
                server.target("odd", "postgres"),
                server.target("even", server.newDatabase("even")))) {
            Finding found = monitoring.awaitFinding("odd", "broken/unanswered");
            assertThat(found.observed()).isEqualTo("the check itself failed: IllegalStateException");
            monitoring.awaitStatus("even", Status.HEALTHY);
            assertThat(monitoring.status("odd")).isEqualTo(Status.DEGRADED);
            await().until(() -> monitoring.fleet().snapshot().servers().values().stream()
                    .allMatch(state -> state.outcome("broken") instanceof Outcome.Observed<?>));
            broken.repaired = true;
            monitoring.awaitNoFinding("odd", "broken/unanswered");
        }
    }
}
