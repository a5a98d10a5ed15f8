package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopsTest {

    private static final Duration LONG = Duration.ofMillis(300);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
    private final EventLoops loops = new EventLoops(vertx);
    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void start() {
        loops.start(new StartupEvent());
    }

    @AfterEach
    void stop() {
        release.countDown();
        loops.stop(new ShutdownEvent());
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void reportsLagOfBlockedLoopOnly() {
        await().until(() -> loops.lags().stream().allMatch(lag -> lag.thread().startsWith("vert.x-eventloop")));
        ((VertxInternal) vertx).getEventLoopGroup().next().execute(this::block);

        await().untilAsserted(() ->
                assertThat(loops.lags()).filteredOn(EventLoopsTest::late).hasSize(1));
        assertThat(loops.lags()).hasSize(3).extracting(LoopLag::loop).containsExactly(0, 1, 2);

        release.countDown();
        await().untilAsserted(() ->
                assertThat(loops.lags()).filteredOn(EventLoopsTest::late).isEmpty());
        assertThat(loops.lags()).anyMatch(lag -> lag.peak().compareTo(LONG) > 0);
    }

    private static boolean late(LoopLag lag) {
        return lag.late().compareTo(LONG) > 0;
    }

    private void block() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
