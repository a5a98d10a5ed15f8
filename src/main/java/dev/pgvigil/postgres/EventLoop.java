package dev.pgvigil.postgres;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.spi.ConnectionFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.StreamSupport;

/**
 * The event loop of one server: work submitted here never runs concurrently. The only type that uses Vert.x internals, except
 * {@link PgSockets}.
 */
public final class EventLoop {

    private final ContextInternal context;
    private final Lateness lateness;

    private EventLoop(ContextInternal context) {
        this.context = context;
        this.lateness = Lateness.of(context.nettyEventLoop());
    }

    /** A new context, on Vert.x' event loops in turn. */
    public static EventLoop next(Vertx vertx) {
        return new EventLoop(((VertxInternal) vertx).createEventLoopContext());
    }

    /** All of Vert.x' event loops. */
    public static List<EventExecutor> all(Vertx vertx) {
        return StreamSupport.stream(((VertxInternal) vertx).getEventLoopGroup().spliterator(), false)
                .toList();
    }

    /** Runs this on the loop, soon; safe for any thread. */
    public void run(Runnable work) {
        context.runOnContext(now -> work.run());
    }

    /** The result of work that takes longer than a loop may be held: it runs on a worker thread and never returns null. */
    <T> Future<T> compute(Callable<T> work) {
        return context.executeBlocking(work, false).map(Objects::requireNonNull);
    }

    /** Runs this on the loop once, after this many milliseconds, at least 1; the result is for {@link #cancel}. */
    public long after(long milliseconds, Runnable work) {
        return context.setTimer(milliseconds, due -> work.run());
    }

    /** Cancels a timer; one that has fired or does not exist is ignored. */
    public void cancel(long timer) {
        context.owner().cancelTimer(timer);
    }

    /** A promise whose callbacks run on the loop. */
    public <T> Promise<T> promise() {
        return context.promise();
    }

    /** Total time for which this loop was blocked; called on the loop. */
    long lateNanos() {
        return lateness.nanos();
    }

    /**
     * Fails with a {@link TimeoutException} unless the future ends within this time. Time for which this loop was blocked does
     * not count: an answer that arrived meanwhile is still to be read. Called on the loop.
     */
    <T> Future<T> within(Duration time, Future<T> future) {
        Promise<T> promise = promise();
        future.onComplete(promise::tryComplete, promise::tryFail);
        expire(promise, time, System.nanoTime(), lateNanos(), time.toMillis());
        return promise.future();
    }

    private void expire(Promise<?> promise, Duration time, long begun, long lateBefore, long wait) {
        if (promise.future().isComplete()) {
            return;
        }
        long timer = after(Math.max(1, wait), () -> {
            long left = time.toNanos() - (System.nanoTime() - begun) + (lateNanos() - lateBefore);
            if (left <= 0) {
                promise.tryFail(new TimeoutException("no answer within " + time.toMillis() + " ms"));
            } else {
                expire(promise, time, begun, lateBefore, TimeUnit.NANOSECONDS.toMillis(left) + 1);
            }
        });
        promise.future().onComplete(ended -> cancel(timer));
    }

    /** Opens a connection whose callbacks run on the loop. */
    Future<SqlConnection> connect(ConnectionFactory sockets) {
        return sockets.connect(context);
    }
}
