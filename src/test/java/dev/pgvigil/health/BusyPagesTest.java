package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.http.ProblemException;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.view.JsonRenderer;
import dev.pgvigil.state.view.RenderExecutor;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Probes of many targets while more pages and responses are requested than can be rendered. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class BusyPagesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Fleet fleet;

    @Inject
    RenderExecutor pages;

    @TestHTTPResource
    @SuppressWarnings("NullAway.Init") // injected
    URI service;

    private final CountDownLatch release = new CountDownLatch(1);

    @BeforeEach
    void fill() {
        SampleFleet.named(IntStream.rangeClosed(0, JsonRenderer.FEW)
                        .mapToObj(i -> "t" + i)
                        .toList())
                .into(fleet);
    }

    @AfterEach
    void empty() {
        release.countDown();
        SampleFleet.nothing().into(fleet);
    }

    @Test
    @Timeout(60)
    void answersGroupProbesWhileRenderThreadsAndQueueAreFull() {
        occupyPages();
        Kubelet kubelet = new Kubelet(service.getPort());

        for (int i = 0; i < 5; i++) {
            assertThat(answered(kubelet).code()).isEqualTo(200);
        }
    }

    /** A response; a busy machine may need longer than the timeout of a kubelet. */
    private static Kubelet.Reply answered(Kubelet kubelet) {
        return await().atMost(PATIENCE).until(() -> kubelet.get("/health/database"), Kubelet.Reply::answered);
    }

    /** Until a further request is rejected. */
    private void occupyPages() {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        while (refused.get() == null) {
            pages.make(this::held).subscribe().with(_ -> {}, refused::set);
        }
        assertThat(refused.get()).isInstanceOf(ProblemException.class);
    }

    private String held() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "";
    }
}
