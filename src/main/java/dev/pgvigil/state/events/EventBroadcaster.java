package dev.pgvigil.state.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.http.AccessEnded;
import dev.pgvigil.state.EventLog;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.state.view.RenderExecutor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds the readers of the event stream, wakes them after publications, and renders each event once for all readers.
 */
@Singleton
final class EventBroadcaster {

    /** Maximum number of readers. */
    static final int LISTENERS = 100;

    private static final Logger LOG = Logger.getLogger(EventBroadcaster.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    // Readers that keep up need the same events: at most 8 MiB of rendered events are cached.
    private static final int RENDERED = 256;
    private static final int RENDERED_BYTES = 32 << 10;

    private final RenderExecutor renderer;
    private final ObjectMapper json;
    private final EventLog log;
    private final Set<SseConnection> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicReferenceArray<Rendered> rendered = new AtomicReferenceArray<>(RENDERED);
    private final AtomicBoolean waking = new AtomicBoolean();
    private final Counter dropped;
    private final Vertx vertx;
    private final Context context;
    private final long timer;
    private final Cancellable published;

    private record Rendered(FleetEvent event, Buffer bytes) {}

    @Inject
    EventBroadcaster(Fleet fleet, RenderExecutor renderer, ObjectMapper json, MeterRegistry meters, Vertx vertx) {
        this(fleet, renderer, json, meters, vertx, KEEP_ALIVE);
    }

    EventBroadcaster(
            Fleet fleet,
            RenderExecutor renderer,
            ObjectMapper json,
            MeterRegistry meters,
            Vertx vertx,
            Duration keepAlive) {
        this.renderer = renderer;
        this.json = json;
        this.log = fleet.events();
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.dropped = Counter.builder("pgvigil.events.dropped")
                .description("Clients of the event stream disconnected because they were too slow")
                .register(meters);
        Gauge.builder("pgvigil.events.readers", listeners, Set::size)
                .description("Clients of the event stream")
                .register(meters);
        this.timer = vertx.setPeriodic(keepAlive.toMillis(), tick -> listeners.forEach(SseConnection::tick));
        this.published = log.onPublish(true, this::wake);
    }

    /** Adds a reader; false if there are too many. */
    boolean add(SseConnection listener) {
        listeners.add(listener);
        if (listeners.size() > LISTENERS) {
            listeners.remove(listener);
            return false;
        }
        return true;
    }

    void remove(SseConnection listener) {
        listeners.remove(listener);
    }

    /** Removes a reader that was disconnected for being too slow. */
    void dropped(SseConnection listener) {
        listeners.remove(listener);
        dropped.increment();
    }

    /** Renders the snapshot event, off the event loops because it has a row per target. */
    Uni<byte[]> snapshot(EventId id, InitialEvent.Reason reason, PointInTimeView view, @Nullable String target) {
        return renderer.make(() -> {
            try {
                byte[] snapshot =
                        new Event(id, "snapshot", InitialEvent.of(view, reason, id.epoch(), target)).rendered(json);
                return Buffer.buffer(Event.RETRY).appendBytes(snapshot).getBytes();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The event as bytes; empty if it cannot be serialized, which is a defect. */
    @SuppressWarnings("ReferenceEquality") // the same event, not an equal one: cheap to find out
    Buffer rendered(EventLog.Entry entry) {
        FleetEvent event = entry.event();
        int slot = Math.floorMod(System.identityHashCode(event), RENDERED);
        Rendered known = rendered.get(slot);
        if (known != null && known.event == event) {
            return known.bytes;
        }
        Buffer bytes = bytes(Event.of(new EventId(log.epoch(), entry.sequence()), event));
        if (bytes.length() <= RENDERED_BYTES) {
            rendered.set(slot, new Rendered(event, bytes));
        }
        return bytes;
    }

    private Buffer bytes(Event event) {
        try {
            return Buffer.buffer(event.rendered(json));
        } catch (JsonProcessingException e) {
            LOG.errorf(e, "event %s cannot be written as JSON", event.name());
            return Buffer.buffer();
        }
    }

    /** The bytes written to each reader and not yet received. */
    List<Integer> waiting() {
        return listeners.stream().map(SseConnection::waiting).toList();
    }

    // Called on the publisher's thread. At most one task is queued, whatever the number of readers and events.
    private void wake() {
        if (!listeners.isEmpty() && waking.compareAndSet(false, true)) {
            context.runOnContext(now -> {
                waking.set(false);
                listeners.forEach(SseConnection::wake);
            });
        }
    }

    /** Ends the streams of callers who lost their access: signed out, removed, or with a token that was replaced. */
    void locked(@Observes AccessEnded access) {
        listeners.stream().filter(listener -> listener.of(access.concerns())).forEach(SseConnection::end);
    }

    @PreDestroy
    void stop() {
        published.cancel();
        vertx.cancelTimer(timer);
    }
}
