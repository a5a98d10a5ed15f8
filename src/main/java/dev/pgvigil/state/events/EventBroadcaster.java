package dev.pgvigil.state.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.http.TokenReplaced;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.state.view.RenderExecutor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
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
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Gives each change of the fleet to all readers, rendered once. */
@Singleton
final class EventBroadcaster {

    /** How many may read at a time. */
    static final int LISTENERS = 100;

    private static final Logger LOG = Logger.getLogger(EventBroadcaster.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    // Passing a change on waits for nobody, so next to nothing ever waits here.
    private static final int BUFFER = 1024;

    private final RenderExecutor workshop;
    private final ObjectMapper json;
    private final Set<SseConnection> listeners = ConcurrentHashMap.newKeySet();
    private final AtomicLong ids = new AtomicLong();
    private final Counter dropped;
    private final Vertx vertx;
    private final long timer;
    private final Cancellable changes;

    @Inject
    EventBroadcaster(Fleet fleet, RenderExecutor workshop, ObjectMapper json, MeterRegistry meters, Vertx vertx) {
        this(fleet, workshop, json, meters, vertx, KEEP_ALIVE);
    }

    EventBroadcaster(
            Fleet fleet,
            RenderExecutor workshop,
            ObjectMapper json,
            MeterRegistry meters,
            Vertx vertx,
            Duration keepAlive) {
        this.workshop = workshop;
        this.json = json;
        this.vertx = vertx;
        this.dropped = Counter.builder("pgvigil.events.dropped")
                .description("Readers of the event stream that were cut off because they were too slow")
                .register(meters);
        Gauge.builder("pgvigil.events.readers", listeners, Set::size)
                .description("Readers of the event stream")
                .register(meters);
        this.timer = vertx.setPeriodic(keepAlive.toMillis(), tick -> listeners.forEach(SseConnection::tick));
        this.changes = fleet.changes(BUFFER)
                .onFailure()
                .invoke(this::lost)
                .onFailure()
                .retry()
                .indefinitely()
                .subscribe()
                .with(this::tell, failure -> LOG.error("the event stream ended", failure));
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

    /** Removes a reader that was cut off. */
    void dropped(SseConnection listener) {
        listeners.remove(listener);
        dropped.increment();
    }

    /** What a stream begins with: made away from the event loops, for it has as many rows as there are targets. */
    Uni<byte[]> beginning(PointInTimeView look, @Nullable String target) {
        long id = ids.incrementAndGet();
        return workshop.make(() -> {
            try {
                byte[] snapshot = new Event("snapshot", InitialEvent.of(look, target)).rendered(id, json);
                return Buffer.buffer(Event.RETRY).appendBytes(snapshot).getBytes();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** An event with the next id; null if it cannot be rendered, which is our own fault. */
    private byte @Nullable [] rendered(Event event) {
        try {
            return event.rendered(ids.incrementAndGet(), json);
        } catch (JsonProcessingException e) {
            LOG.errorf(e, "event %s cannot be written as JSON", event.name());
            return null;
        }
    }

    /** How many bytes wait for each reader. */
    List<Integer> waiting() {
        return listeners.stream().map(SseConnection::waiting).toList();
    }

    private void tell(FleetEvent change) {
        List<SseConnection> interested =
                listeners.stream().filter(listener -> listener.wants(change)).toList();
        if (interested.isEmpty()) {
            return;
        }
        byte[] bytes = rendered(Event.of(change));
        if (bytes != null) {
            interested.forEach(listener -> listener.offer(bytes));
        }
    }

    // Changes were lost, so every reader must begin anew.
    private void lost(Throwable failure) {
        LOG.error("changes came faster than they could be told", failure);
        listeners.forEach(SseConnection::end);
    }

    /** Who came in by the token before must come in anew. */
    void locked(@Observes TokenReplaced replaced) {
        listeners.forEach(SseConnection::end);
    }

    @PreDestroy
    void stop() {
        changes.cancel();
        vertx.cancelTimer(timer);
    }
}
