package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {

    private final Vertx vertx = Vertx.vertx();
    private final EventLoop loop = EventLoop.next(vertx);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void doesNotCountTimeWhileLoopIsBlocked() throws Exception {
        CompletableFuture<String> result = new CompletableFuture<>();
        Promise<String> answer = loop.promise();
        loop.run(() -> {
            loop.within(Duration.ofMillis(300), answer.future()).onComplete(end -> {
                if (end.succeeded()) {
                    result.complete(end.result());
                } else {
                    result.completeExceptionally(end.cause());
                }
            });
            block(1000);
            loop.after(50, () -> answer.complete("came"));
        });
        assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo("came");
    }

    @Test
    void failsWhenTimePassesWithoutAnswer() {
        CompletableFuture<String> result = new CompletableFuture<>();
        loop.run(
                () -> loop.within(Duration.ofMillis(100), loop.<String>promise().future())
                        .onFailure(result::completeExceptionally));

        assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(TimeoutException.class)
                .hasMessageContaining("no answer within 100 ms");
    }

    private static void block(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
