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
import org.jspecify.annotations.Nullable;

/**
 * One reader. It reads the log at its own pace, with one write of bounded size under way and nothing queued; when the log
 * no longer holds what it would read next, it is disconnected. Lives on the connection's event loop; {@link #wake}, {@link
 * #tick} and {@link #end} may be called on any thread.
 */
final class SseConnection {

    private static final int WRITE_BYTES = 64 << 10;
    // So that a reader of few events does not hold the event loop while it passes over many.
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
    private byte @Nullable [] beginning;
    private boolean begun;
    private boolean writing;
    private boolean stuck;
    private boolean keepAlive;

    /**
     * Which events a reader wants.
     *
     * @param target null: those of all targets
     */
    record Choice(@Nullable String target, boolean beats) {

        boolean includes(FleetEvent event) {
            return target == null || target.equals(event.target());
        }
    }

    /** A reader of the response to this request, of the events after that position. */
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

    /** How many bytes were written and not taken yet. */
    int waiting() {
        return waiting.get();
    }

    /** Has these bytes written before all events. */
    void begin(byte[] bytes) {
        loop.runOnContext(now -> {
            beginning = bytes;
            begun = true;
            flush();
        });
    }

    /** Called when something was published. */
    void wake() {
        if (choice.beats || log.head() != position.sequence()) {
            loop.runOnContext(now -> flush());
        }
    }

    /** Called now and then: keeps a quiet stream alive, and disconnects a reader that took nothing since the last call. */
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

    /** Disconnects the reader, for another reason than its own slowness. */
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

    /** What is to be written next: full, unless there is no more. */
    private Buffer next() {
        Buffer buffer = Buffer.buffer();
        if (beginning != null) {
            buffer.appendBytes(beginning);
            beginning = null;
        }
        for (int read = 0; buffer.length() < WRITE_BYTES; read++) {
            EventLog.Batch batch = log.read(position, choice.beats, 1);
            // A gap is found at the next flush: whatever follows it must not be written.
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
            cut();
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
