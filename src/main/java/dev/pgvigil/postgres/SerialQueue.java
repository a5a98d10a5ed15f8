package dev.pgvigil.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * One after the other on a connection. Statements sent together would wait for each other on the server, and five that each
 * keep their deadline there could together miss the one by which the connection is given up. Used from one event loop.
 */
final class SerialQueue {

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean taken;

    /** Does this when all before it has ended; it ends itself, if only by a deadline. */
    <T> Future<T> take(Supplier<Future<T>> work) {
        if (!taken) {
            return begin(work);
        }
        Promise<T> promise = Promise.promise();
        waiting.add(() -> begin(work).onComplete(promise));
        return promise.future();
    }

    private <T> Future<T> begin(Supplier<Future<T>> work) {
        taken = true;
        return work.get().onComplete(ended -> next());
    }

    private void next() {
        taken = false;
        Runnable next = waiting.poll();
        if (next != null) {
            next.run();
        }
    }
}
