package dev.pgvigil.store;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.check.Finding;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.store.StoreState.Mode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps history and audit rows in a database, if one is configured. Watching does not depend on it: rows go to a bounded buffer, and
 * threads of its own write them. Thread-safe.
 */
@Singleton
public final class Store {

    private static final Logger LOG = Logger.getLogger(Store.class);
    private static final StoreState OFF = new StoreState(Mode.OFF, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, null, null);
    private static final int FLUSH_MILLIS = 500;

    private final Fleet fleet;
    private final Vertx vertx;
    private final Configuration configuration;
    private final ObjectMapper json;
    private volatile @Nullable Running running;

    /** One store, from the configuration until the next one. */
    private record Running(
            StoreSettings settings,
            StoreWriter writer,
            SampleCollector collector,
            ScheduledExecutorService look,
            ScheduledExecutorService write,
            Cancellable events) {}

    Store(Fleet fleet, Vertx vertx, Configuration configuration, ObjectMapper json) {
        this.fleet = fleet;
        this.vertx = vertx;
        this.configuration = configuration;
        this.json = json;
    }

    /** What is known of it. */
    public StoreState state() {
        Running current = running;
        return current == null ? OFF : current.writer.state();
    }

    /** History of a target over a time; fails within seconds if the store does not answer. Null: there is no store. */
    public @Nullable Future<HistoryRange> history(String target, HistoryRequest request) {
        Running current = running;
        return current == null ? null : new HistoryReader(current.writer.pool, current.settings).read(target, request);
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(this::configure);
        configure(configuration.settings());
    }

    void stop(@Observes ShutdownEvent event) {
        end();
    }

    private synchronized void configure(Settings settings) {
        Optional<StoreSettings> wanted = settings.get(StoreSection.class);
        Running current = running;
        if (wanted.equals(Optional.ofNullable(current).map(Running::settings))) {
            return;
        }
        end();
        wanted.ifPresent(this::begin);
    }

    private void begin(StoreSettings settings) {
        StoreWriter writer = new StoreWriter(vertx, settings, InstantSource.system());
        SampleCollector collector = new SampleCollector();
        ScheduledExecutorService look = thread("pgvigil-store-rows");
        ScheduledExecutorService write = thread("pgvigil-store");
        Cancellable events = fleet.events().subscribe(look, false, change -> audit(writer, change), () -> {});
        running = new Running(settings, writer, collector, look, write, events);
        var _ = look.scheduleAtFixedRate(guarded(() -> look(collector, writer)), 0, 1, SECONDS);
        var _ = write.scheduleWithFixedDelay(guarded(writer::work), 0, FLUSH_MILLIS, MILLISECONDS);
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    /** An exception would end the periodic task. */
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("the store's task failed", e);
            }
        };
    }

    private void look(SampleCollector collector, StoreWriter writer) {
        Instant now = SteadyClock.now();
        collector.look(fleet.snapshot(), now, SteadyClock.shown(now)).forEach(writer.samples::add);
    }

    private void audit(StoreWriter writer, FleetEvent change) {
        switch (change) {
            case FleetEvent.StatusChanged(var at, var target, var from, var to) ->
                writer.audit.add(row(at, target, "status", Map.of("from", word(from), "to", word(to)), List.of()));
            case FleetEvent.Opened(var at, var target, var finding) ->
                writer.audit.add(row(at, target, finding.check(), Map.of("event", "opened"), List.of(finding)));
            case FleetEvent.Closed(var at, var target, var finding) ->
                writer.audit.add(row(at, target, finding.check(), Map.of("event", "closed"), List.of(finding)));
            case FleetEvent.RoleChanged(var at, var target, var from, var to) ->
                writer.audit.add(row(at, target, "role", Map.of("from", word(from), "to", word(to)), List.of()));
            case FleetEvent.Added _, FleetEvent.Removed _, FleetEvent.Updated _, FleetEvent.Beat _ -> {}
        }
    }

    private AuditRow row(Instant at, String target, String type, Map<String, Object> metrics, List<Finding> findings) {
        Snapshot snapshot = fleet.snapshot();
        TargetState state = snapshot.targets().get(target);
        Map<String, Object> figures = new LinkedHashMap<>(metrics);
        List<Map<String, String>> alerts = findings.stream()
                .map(finding -> Map.of(
                        "key", finding.key(),
                        "severity", word(finding.severity()),
                        "title", finding.title(),
                        "observed", finding.observed()))
                .toList();
        return new AuditRow(
                UUID.randomUUID(),
                SteadyClock.shown(at),
                target,
                state == null ? "unknown" : word(snapshot.status(state, at)),
                text(figures),
                text(alerts),
                type);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }

    private String text(Object value) {
        try {
            // PostgreSQL's jsonb takes every character but this one.
            return json.writeValueAsString(value).replace("\\u0000", "");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void end() {
        Running last = running;
        running = null;
        if (last == null) {
            return;
        }
        last.events.cancel();
        last.look.shutdown();
        try {
            if (last.look.awaitTermination(1, SECONDS)) {
                last.collector.end().forEach(last.writer.samples::add);
            }
            var _ = last.write.submit(last.writer::work);
            last.write.shutdown();
            if (!last.write.awaitTermination(5, SECONDS)) {
                StoreState state = last.writer.state();
                LOG.warnf("store: %d rows were not written", state.buffered() + state.auditBuffered());
                last.write.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        last.writer.close();
    }
}
