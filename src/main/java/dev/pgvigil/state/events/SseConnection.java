package dev.pgvigil.state.events;

import dev.pgvigil.state.FleetEvent;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One reader. What it has not read yet waits in a queue of bounded size, with one write under way; past the bound its
 * connection is cut. The queue belongs to the connection's event loop; {@link #offer} may be called on any thread.
 */
final class SseConnection {

    /** How many bytes may wait for a reader. They are shared between the readers that wait for them. */
    static final int WAITING_BYTES = 4 << 20;

    private static final int WRITE_BYTES = 64 << 10;
    private static final long CANCEL = 8; // HTTP/2's code

    private final Context loop;
    private final HttpServerRequest request;
    private final Predicate<FleetEvent> wanted;
    private final Consumer<SseConnection> onDrop;
    private final Deque<byte[]> queue = new ArrayDeque<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean dropped = new AtomicBoolean();
    private boolean begun;
    private boolean writing;
    private boolean stuck;

    /**
     * A reader of the response to this request.
     *
     * @param onDrop called at most once, when the reader is cut off
     */
    SseConnection(
            Context loop, HttpServerRequest request, Predicate<FleetEvent> wanted, Consumer<SseConnection> onDrop) {
        this.loop = loop;
        this.request = request;
        this.wanted = wanted;
        this.onDrop = onDrop;
    }

    boolean wants(FleetEvent change) {
        return wanted.test(change);
    }

    /** How many bytes were offered and not taken yet. */
    int waiting() {
        return waiting.get();
    }

    /** Has these bytes written before all that was offered until now; nothing is written before them. */
    void begin(byte[] bytes) {
        waiting.addAndGet(bytes.length);
        loop.runOnContext(now -> {
            queue.addFirst(bytes);
            begun = true;
            flush();
        });
    }

    /** Has these bytes written behind all before them, or cuts the reader off. */
    void offer(byte[] bytes) {
        if (waiting.addAndGet(bytes.length) > WAITING_BYTES) {
            drop();
        } else {
            loop.runOnContext(now -> {
                queue.add(bytes);
                flush();
            });
        }
    }

    /** Called now and then: keeps a quiet stream alive, and cuts off a reader whose write made no progress meanwhile. */
    void tick() {
        loop.runOnContext(now -> {
            if (!writing) {
                offer(Event.COMMENT);
            } else if (stuck) {
                drop();
            } else {
                stuck = true;
            }
        });
    }

    /** Cuts the reader off, for another reason than its own slowness. */
    void end() {
        loop.runOnContext(now -> request.response().end());
    }

    private void flush() {
        if (!begun || writing || queue.isEmpty() || dropped.get()) {
            return;
        }
        Buffer buffer = Buffer.buffer();
        while (buffer.length() < WRITE_BYTES && !queue.isEmpty()) {
            buffer.appendBytes(queue.remove());
        }
        int length = buffer.length();
        writing = true;
        request.response().write(buffer).onComplete(written -> {
            writing = false;
            stuck = false;
            waiting.addAndGet(-length);
            flush();
        });
    }

    private void drop() {
        if (dropped.compareAndSet(false, true)) {
            onDrop.accept(this);
            loop.runOnContext(now -> {
                queue.clear();
                cut();
            });
        }
    }

    // Closing politely would first flush what the reader does not take.
    private void cut() {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset(CANCEL);
        } else {
            ((ConnectionBase) request.connection())
                    .channelHandlerContext()
                    .channel()
                    .unsafe()
                    .closeForcibly();
        }
    }
}
