package dev.pgvigil.state.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import org.jboss.resteasy.reactive.RestResponse;
import org.junit.jupiter.api.Test;

class HealthCheckTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void returnsNotFoundWhenTargetIsRemovedDuringHeartbeat() {
        try (PgServer server = PgServer.start(PgServer.majors().getLast());
                Monitoring monitoring = Monitoring.over(Target.of("shop", server.server(), "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            server.freeze();
            monitoring.awaitStatus("shop", Status.UNHEALTHY);
            HealthCheck check = new HealthCheck(monitoring.fleet(), monitoring.watch());
            UniAssertSubscriber<RestResponse<StatusView>> answer =
                    check.of("shop", "true", "5").subscribe().withSubscriber(UniAssertSubscriber.create());
            monitoring.follow();

            Throwable failure = answer.awaitFailure(PATIENCE).getFailure();
            server.thaw();
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            refusal -> assertThat(refusal.status()).isEqualTo(404))
                    .hasMessage("no watched database is named \"shop\"");
        }
    }
}
