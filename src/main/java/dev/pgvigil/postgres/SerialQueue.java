package dev.pgvigil.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Runs work on a connection one after the other. Statements sent together would wait for each other on the server: five that
 * each keep statement_timeout could together exceed the client's timeout, which drops the connection. Used from one event loop.
 */
final class SerialQueue {

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean busy;

    /** Runs this work when all work before it has ended. Work must always end, if only by a timeout. */
    <T> Future<T> submit(Supplier<Future<T>> work) {
        if (!busy) {
            return start(work);
        }
        Promise<T> promise = Promise.promise();
        waiting.add(() -> start(work).onComplete(promise));
        return promise.future();
    }

    private <T> Future<T> start(Supplier<Future<T>> work) {
        busy = true;
        return work.get().onComplete(ended -> runNext());
    }

    private void runNext() {
        busy = false;
        Runnable first = waiting.poll();
        if (first != null) {
            first.run();
        }
    }
}
