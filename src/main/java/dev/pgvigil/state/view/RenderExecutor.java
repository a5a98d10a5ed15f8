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
 * Where answers are made that take too long for an event loop: on half as many threads as there are processors, so that
 * however many ask, heartbeats and probes have the other half.
 */
@Singleton
public final class RenderExecutor {

    /** How many answers may wait to be made; at the next one its asker is refused. */
    static final int WAITING = 256;

    private final ThreadPoolExecutor threads;

    public RenderExecutor() {
        this("workshop-", Math.max(1, Runtime.getRuntime().availableProcessors() / 2), WAITING);
    }

    /**
     * Another one, for answers that must not wait for all others.
     *
     * @param name of its threads, before their number
     * @param size how many threads
     * @param waiting how many answers may wait to be made
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
                    throw ProblemException.of(503, "too many large answers are being made")
                            .header("Retry-After", "1");
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Has something made, anew at each subscription; fails with a {@link ProblemException} if too much is waiting. */
    public <T> Uni<T> make(Supplier<T> making) {
        return Uni.createFrom().emitter(emitter -> threads.execute(() -> make(making, emitter)));
    }

    private static <T> void make(Supplier<T> making, UniEmitter<? super T> emitter) {
        try {
            emitter.complete(making.get());
        } catch (RuntimeException e) {
            emitter.fail(e);
        }
    }

    @PreDestroy
    public void close() {
        threads.shutdownNow();
    }
}
