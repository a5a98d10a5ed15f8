package dev.pgvigil.state.events;

import dev.pgvigil.state.EventLog;
import dev.pgvigil.state.FleetEvent;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One reader of the stream. It reads the log at its own speed, with at most one bounded write in flight and no queue.
 * It is disconnected when the log no longer holds its next event. Confined to the connection's event loop, except
 * {@link #wake}, {@link #tick} and {@link #end}, which may be called on any thread.
 */
final class SseConnection {

    private static final int WRITE_BYTES = 64 << 10;
    // Limits the time on the event loop when a filtered reader skips many events.
    private static final int ENTRIES = 256;
    private static final long CANCEL = 8; // HTTP/2's code

    private final Context loop;
    private final HttpServerRequest request;
    private final EventBroadcaster broadcaster;
    private final EventLog log;
    private final Choice choice;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean dropped = new AtomicBoolean();
    private volatile EventLog.Position position;
    private byte @Nullable [] initial;
    private boolean begun;
    private boolean writing;
    private boolean stuck;
    private boolean keepAlive;

    /**
     * The events that a reader has requested.
     *
     * @param target null: all targets
     * @param caller the key of the session or the name of the caller; null: nobody has to authenticate
     */
    record Choice(
            @Nullable String target,
            boolean beats,
            @Nullable String caller) {

        boolean includes(FleetEvent event) {
            return target == null || target.equals(event.target());
        }
    }

    /** Creates a reader that writes the events after that position to the response of this request. */
    SseConnection(
            Context loop,
            HttpServerRequest request,
            EventBroadcaster broadcaster,
            EventLog log,
            Choice choice,
            EventLog.Position position) {
        this.loop = loop;
        this.request = request;
        this.broadcaster = broadcaster;
        this.log = log;
        this.choice = choice;
        this.position = position;
    }

    /** Whether the reader is one of these callers. */
    boolean of(Predicate<String> callers) {
        return callers.test(choice.caller == null ? "" : choice.caller);
    }

    /** The bytes written and not yet received. */
    int waiting() {
        return waiting.get();
    }

    /** Writes these bytes before all events. */
    void begin(byte[] bytes) {
        loop.runOnContext(now -> {
            initial = bytes;
            begun = true;
            flush();
        });
    }

    /** Called after each publication. */
    void wake() {
        if (choice.beats || log.head() != position.sequence()) {
            loop.runOnContext(now -> flush());
        }
    }

    /**
     * Called periodically: sends a keep-alive on an idle stream, and disconnects a reader that has received nothing
     * since the last call.
     */
    void tick() {
        loop.runOnContext(now -> {
            if (!writing) {
                keepAlive = true;
                flush();
            } else if (stuck) {
                drop();
            } else {
                stuck = true;
            }
        });
    }

    /** Ends the response for a reason other than a slow reader. */
    void end() {
        loop.runOnContext(now -> request.response().end());
    }

    private void flush() {
        if (dropped.get() || request.response().ended() || request.response().closed()) {
            return;
        }
        if (!log.reaches(position.sequence())) {
            drop();
        } else if (begun && !writing) {
            Buffer buffer = next();
            if (buffer.length() > 0) {
                write(buffer);
            }
        }
    }

    /** The next bytes to write: a full buffer, unless there are fewer events. */
    private Buffer next() {
        Buffer buffer = Buffer.buffer();
        if (initial != null) {
            buffer.appendBytes(initial);
            initial = null;
        }
        for (int read = 0; buffer.length() < WRITE_BYTES; read++) {
            EventLog.Batch batch = log.read(position, choice.beats, 1);
            // The next flush handles the gap; events after a gap must not be written.
            if (batch.gap() || batch.entries().isEmpty()) {
                break;
            }
            position = batch.next();
            EventLog.Entry entry = batch.entries().getFirst();
            if (choice.includes(entry.event())) {
                buffer.appendBuffer(broadcaster.rendered(entry));
            }
            if (read == ENTRIES) {
                loop.runOnContext(now -> flush());
                break;
            }
        }
        if (keepAlive && buffer.length() == 0) {
            buffer.appendBytes(Event.keepAlive(new EventId(log.epoch(), position.sequence())));
        }
        keepAlive = false;
        return buffer;
    }

    private void write(Buffer buffer) {
        writing = true;
        waiting.set(buffer.length());
        request.response().write(buffer).onComplete(written -> {
            writing = false;
            stuck = false;
            waiting.set(0);
            flush();
        });
    }

    private void drop() {
        if (dropped.compareAndSet(false, true)) {
            broadcaster.dropped(this);
            abort();
        }
    }

    // A regular close would first flush data that the reader does not receive.
    private void abort() {
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
