package dev.pgvigil.state.view;

import dev.pgvigil.http.ProblemException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Renders responses that take too long for an event loop, on half as many threads as there are processors, which leaves
 * the other half for heartbeats and probes.
 */
@Singleton
public final class RenderExecutor {

    /** Maximum queue length. Further requests are rejected. */
    static final int WAITING = 256;

    private final ThreadPoolExecutor threads;

    public RenderExecutor() {
        this("workshop-", Math.max(1, Runtime.getRuntime().availableProcessors() / 2), WAITING);
    }

    /**
     * A separate executor, for responses that must not wait for others.
     *
     * @param name prefix of thread names
     * @param size number of threads
     * @param waiting maximum queue length
     */
    public RenderExecutor(String name, int size, int waiting) {
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                size,
                size,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(waiting),
                work -> {
                    Thread thread = new Thread(work, name + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                },
                (work, full) -> {
                    throw ProblemException.of(503, "too many large responses are being rendered")
                            .header("Retry-After", "1");
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Runs the supplier at each subscription; fails with a {@link ProblemException} if the queue is full. */
    public <T> Uni<T> make(Supplier<T> renderer) {
        return Uni.createFrom().emitter(emitter -> threads.execute(() -> make(renderer, emitter)));
    }

    private static <T> void make(Supplier<T> renderer, UniEmitter<? super T> emitter) {
        try {
            emitter.complete(renderer.get());
        } catch (RuntimeException e) {
            emitter.fail(e);
        }
    }

    @PreDestroy
    public void close() {
        threads.shutdownNow();
    }
}
