package dev.pgvigil.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Observations;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.monitor.EventPublisher;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.target.Target;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Target SHOP = SceneTargets.named("shop");

    private final Vertx vertx = Vertx.vertx();
    private final Fleet fleet = new Fleet();
    private final History history = new History(fleet, vertx, Duration.ofMillis(20), Runnable::run);
    private final Instant now = Instant.now();

    @AfterEach
    void end() {
        history.stop();
        vertx.close();
    }

    @Test
    void recordsEachHeartbeatOnce() {
        scene(answered(2)).show(fleet);
        EventPublisher.beat(fleet, "shop");
        EventPublisher.beat(fleet, "shop");
        assertThat(last()).isEqualTo(new HeartbeatSeries(2, 2, 2, 1, 0));
    }

    @Test
    void countsFailedHeartbeatAsLostExceptForLocalFailures() {
        scene(failed(Failure.Reason.TIMEOUT, now)).show(fleet);
        EventPublisher.beat(fleet, "shop");
        assertThat(last().lost()).isEqualTo(1);
        scene(failed(Failure.Reason.LOCAL, now.plusMillis(500))).show(fleet);
        EventPublisher.beat(fleet, "shop");
        assertThat(last().lost()).isEqualTo(1);
    }

    @Test
    void recordsConnectionsAndForgetsRemovedServers() {
        scene(answered(2))
                .outcome(SHOP, Connections.NAME, new Outcome.Observed<>(now, Duration.ZERO, Observations.connections()))
                .show(fleet);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(history.of(SHOP.server()).connections(now, Window.TEN))
                        .contains(new ConnectionSample(85, 97)));
        Scene.at(now).show(fleet);
        await().atMost(PATIENCE).until(() -> history.size() == 0);
        assertThat(last()).isEqualTo(HeartbeatSeries.NONE);
        EventPublisher.beat(fleet, "shop");
        assertThat(history.size()).isZero();
    }

    @Test
    void thousandServersUseLessThanEightMegabytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<ServerHistory> hours = new ArrayList<>(1000);
        hours.add(new ServerHistory());
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
            hours.add(new ServerHistory());
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(bytes).isBetween(1_000_000L, 8_000_000L);
        assertThat(hours).hasSize(1001);
    }

    private HeartbeatSeries last() {
        return history.of(SHOP.server()).beats(now, Window.TEN).getLast();
    }

    private Scene scene(Outcome<?> beat) {
        return Scene.at(now).unseen(SHOP, Status.HEALTHY).outcome(SHOP, Heartbeat.NAME, beat);
    }

    private Outcome<?> answered(double milliseconds) {
        return new Outcome.Observed<>(now, Duration.ZERO, new HeartbeatResult(Role.PRIMARY, milliseconds));
    }

    private static Outcome<?> failed(Failure.Reason reason, Instant at) {
        return new Outcome.Failed<>(at, Duration.ZERO, Failure.of(reason, "no"), null);
    }
}
