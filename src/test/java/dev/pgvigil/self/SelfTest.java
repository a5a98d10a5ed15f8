package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.target.Target;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfTest {

    private static final Target SHOP = SceneTargets.named("shop");
    private static final Target LATER = SceneTargets.named("later");

    private final Vertx vertx = Vertx.vertx();
    private final Fleet fleet = new Fleet();
    private final Self self = new Self(fleet, new EventLoops(vertx));

    @BeforeEach
    void start() {
        self.start(new StartupEvent());
    }

    @AfterEach
    void stop() {
        self.stop(new ShutdownEvent());
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void stallGrowsUntilNewHeartbeat() {
        scene().show(fleet);
        await().until(() -> lasted().compareTo(Duration.ofMillis(1500)) > 0);

        scene().show(fleet);
        await().until(() -> lasted().compareTo(Duration.ofMillis(1100)) < 0);
        assertThat(self.vitals().unobserved()).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void firstPassStaysDone() {
        assertThat(self.vitals().firstPass().done()).isFalse();

        Scene scene = scene();
        scene.show(fleet);
        FirstPass done = self.vitals().firstPass();
        assertThat(done.done()).isTrue();

        scene.unseen(LATER, Status.UNKNOWN).show(fleet);
        assertThat(self.vitals().firstPass()).isEqualTo(done);
    }

    @Test
    void reportsTimeSinceObserverStopped() {
        stop();

        await().until(() -> self.vitals().unobserved().compareTo(Duration.ofMillis(1500)) > 0);
    }

    private static Scene scene() {
        return Scene.at(Instant.now()).target(SHOP, Status.HEALTHY, Duration.ZERO);
    }

    private Duration lasted() {
        WatchStall silence = self.vitals().silence();
        return silence == null ? Duration.ZERO : silence.lasted();
    }
}
