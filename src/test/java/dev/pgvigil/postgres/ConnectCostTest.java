package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a connect costs the server counts towards the overhead. */
class ConnectCostTest {

    @Test
    void countsAgeOfServerProcessUpTo10Milliseconds() {
        ConnectionStats stats = new ConnectionStats();

        stats.connected(Duration.ofMillis(4).toNanos());
        assertThat(stats.state().statementSeconds()).isCloseTo(0.004, within(1e-9));
        stats.connected(Duration.ofSeconds(4).toNanos());
        assertThat(stats.state().statementSeconds()).isCloseTo(0.014, within(1e-9));
        stats.connected(-1); // the clock of the server was put back
        assertThat(stats.state().statementSeconds()).isCloseTo(0.014, within(1e-9));

        assertThat(stats.state().overheadRatio()).isCloseTo(0.014 / 60, within(1e-9));
        assertThat(stats.state().connects()).isEqualTo(3);
        assertThat(stats.state().statements()).isZero();
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void countsEachConnectOfVisit(int major) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            ConnectionStats stats = new ConnectionStats();
            SessionFactory factory = new SessionFactory(
                    Connections.connector(vertx),
                    PgServer.shared(major).server(),
                    Deadlines.STANDARD,
                    EventLoop.next(vertx),
                    stats);
            OpenSession open = factory.openDedicated("postgres")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);

            Duration login = Duration.ofNanos(open.physical().loginNanos());
            assertThat(login).isBetween(Duration.ofNanos(1000), Duration.ofSeconds(30));
            assertThat(stats.state().statementSeconds()).isGreaterThan(Math.min(login.toNanos(), 10_000_000) / 1e9);
            assertThat(stats.state().statements()).isEqualTo(1);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
