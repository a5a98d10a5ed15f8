package dev.pgvigil.state.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.monitor.EventPublisher;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.state.Fleet;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jboss.resteasy.reactive.RestResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JsonRendererTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Fleet fleet = new Fleet();
    private final RenderExecutor executor = new RenderExecutor();
    private final JsonRenderer renderer = new JsonRenderer(fleet, executor, new ObjectMapper());

    @AfterEach
    void end() {
        executor.close();
    }

    @Test
    void rendersFewTargetsOnCallingThread() {
        targets(JsonRenderer.FEW);
        assertThat(text(ask("fleet")))
                .isEqualTo("{\"thread\":\"" + Thread.currentThread().getName() + "\"}");
    }

    @Test
    void rendersManyTargetsOnRenderExecutor() {
        targets(JsonRenderer.FEW + 1);
        assertThat(text(ask("fleet"))).contains("workshop-");
    }

    @Test
    void rendersOnceForConcurrentRequests() {
        targets(JsonRenderer.FEW + 1);
        CountDownLatch open = blocked();
        List<Uni<RestResponse<Buffer>>> asked = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Uni<RestResponse<Buffer>> answer = ask("fleet").memoize().indefinitely();
            answer.subscribe().with(done -> {});
            asked.add(answer);
        }
        open.countDown();
        assertThat(asked.stream()
                        .map(one -> one.await().atMost(PATIENCE).getEntity())
                        .distinct())
                .hasSize(1);
    }

    @Test
    void keepsHttpStatus() {
        targets(JsonRenderer.FEW + 1);
        RestResponse<Buffer> answer = renderer.answer(
                        "down", () -> RestResponse.status(RestResponse.Status.SERVICE_UNAVAILABLE, Map.of()))
                .await()
                .atMost(PATIENCE);
        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getEntity()).hasToString("{}");
    }

    @Test
    void rejectsRequestsWhenQueueIsFull() {
        CountDownLatch open = blocked();
        for (int i = 0; i < RenderExecutor.WAITING; i++) {
            executor.make(() -> 1).subscribe().with(done -> {});
        }
        try {
            assertThatThrownBy(() -> executor.make(() -> 1).await().atMost(PATIENCE))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            refusal -> assertThat(refusal.status()).isEqualTo(503));
        } finally {
            open.countDown();
        }
    }

    /** Occupies all threads of the executor. */
    private CountDownLatch blocked() {
        CountDownLatch open = new CountDownLatch(1);
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        CountDownLatch busy = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            executor.make(() -> {
                        busy.countDown();
                        return awaited(open);
                    })
                    .subscribe()
                    .with(done -> {});
        }
        awaited(busy);
        return open;
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void targets(int count) {
        SampleFleet.named(IntStream.range(0, count).mapToObj(i -> "t" + i).toList())
                .into(fleet);
        EventPublisher.changes(fleet, "t0", 1);
    }

    private Uni<RestResponse<Buffer>> ask(String name) {
        return renderer.answer(
                name,
                () -> RestResponse.ok(Map.of("thread", Thread.currentThread().getName())));
    }

    private static String text(Uni<RestResponse<Buffer>> answer) {
        return answer.await().atMost(PATIENCE).getEntity().toString();
    }
}
