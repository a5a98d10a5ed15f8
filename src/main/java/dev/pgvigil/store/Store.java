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
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps history and audit rows in a database, if one is configured. Watching does not depend on it: rows go to bounded queues, which a thread
 * of its own writes. Thread-safe.
 */
@Singleton
public final class Store {

    private static final Logger LOG = Logger.getLogger(Store.class);
    private static final int FLUSH_MILLIS = 500;
    private static final int LAST_FLUSH_SECONDS = 5;

    private final Fleet fleet;
    private final Vertx vertx;
    private final Configuration configuration;
    private final ObjectMapper json;
    private final OwnTables own;
    private final List<StoreTables> tables;
    private final SampleCollector collector = new SampleCollector();
    private volatile @Nullable Running running;
    /** Without a store there are none. */
    private volatile @Nullable Threads threads;

    /** A store, from the configuration until the next one. */
    private record Running(Wanted wanted, StoreWriter writer) {}

    private record Wanted(StoreSettings settings, Map<String, Duration> retention) {}

    /**
     * The threads, from the first store to the end of the process.
     *
     * @param rows makes rows each second, even while the store hangs
     * @param write writes them, and begins and ends stores
     */
    private record Threads(ScheduledExecutorService rows, ScheduledExecutorService write) {

        static Threads begin() {
            return new Threads(thread("pgvigil-store-rows"), thread("pgvigil-store"));
        }

        private static ScheduledExecutorService thread(String name) {
            return Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name(name).factory());
        }
    }

    Store(
            Fleet fleet,
            Vertx vertx,
            Configuration configuration,
            ObjectMapper json,
            OwnTables own,
            @All List<StoreTables> tables) {
        this.fleet = fleet;
        this.vertx = vertx;
        this.configuration = configuration;
        this.json = json;
        this.own = own;
        this.tables = List.copyOf(tables);
    }

    /** What is known of it. */
    public StoreState state() {
        Running current = running;
        return current == null ? StoreState.OFF : current.writer.state();
    }

    /**
     * The sessions for a feature's own tables. Empty if there is no store, or while its schema is not known to be the one of this pgvigil: ask
     * again for each piece of work.
     */
    public Optional<StoreSessions> sessions() {
        Running current = running;
        return current == null || !current.writer.ready() ? Optional.empty() : Optional.of(current.writer.sessions());
    }

    /** History of a target over a time; fails within seconds if the store does not answer. Null: there is no store. */
    public @Nullable Future<HistoryRange> history(String target, HistoryRequest request) {
        Running current = running;
        return current == null
                ? null
                : new HistoryReader(current.writer.sessions(), current.wanted.settings).read(target, request);
    }

    /** Rows of the audit of a target; fails within seconds if the store does not answer. Null: there is no store. */
    public @Nullable Future<List<AuditRow>> audit(String target, AuditRequest request) {
        Running current = running;
        return current == null ? null : new AuditReader(current.writer.sessions()).read(target, request);
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(this::configure);
        configure(configuration.settings());
    }

    /** Partitions, downsampling and retention. On a worker thread. */
    @Scheduled(every = "60s", delayed = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void maintain() {
        Running current = running;
        if (current != null) {
            current.writer.maintain();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        Threads current = threads;
        if (current == null) {
            return;
        }
        current.rows.shutdown();
        if (current.rows.awaitTermination(1, SECONDS)) {
            collector.end().forEach(own.samples::add);
        }
        current.write.execute(() -> apply(Optional.empty()));
        current.write.shutdown();
        if (!current.write.awaitTermination(LAST_FLUSH_SECONDS, SECONDS)) {
            LOG.warnf("store: %d rows were not written", state().buffered());
            current.write.shutdownNow();
        }
    }

    /** Returns at once. */
    private synchronized void configure(Settings settings) {
        Optional<Wanted> wanted = settings.get(StoreSection.class).map(store -> new Wanted(store, retention(settings)));
        Threads current = threads;
        if (current == null && wanted.isPresent()) {
            current = Threads.begin();
            threads = current;
            var _ = fleet.events().subscribe(current.rows, false, this::audit, Store::missed);
            var _ = current.rows.scheduleAtFixedRate(guarded(this::look), 0, 1, SECONDS);
            var _ = current.write.scheduleWithFixedDelay(guarded(this::write), 0, FLUSH_MILLIS, MILLISECONDS);
        }
        if (current != null) {
            current.write.execute(guarded(() -> apply(wanted)));
        }
    }

    private Map<String, Duration> retention(Settings settings) {
        Map<String, Duration> all = new HashMap<>();
        tables.forEach(each -> all.putAll(each.retention(settings)));
        return all;
    }

    /** On the thread that writes. Rows that the last store has not taken wait for the next one. */
    private void apply(Optional<Wanted> wanted) {
        Running last = running;
        if (wanted.equals(Optional.ofNullable(last).map(Running::wanted))) {
            return;
        }
        if (last != null) {
            last.writer.work();
        }
        running = wanted.map(this::begin).orElse(null);
        queues(wanted.isPresent() ? RowQueue::open : RowQueue::close);
        if (last != null) {
            last.writer.close();
        }
    }

    private Running begin(Wanted wanted) {
        own.limit(wanted.settings);
        return new Running(
                wanted,
                new StoreWriter(
                        vertx,
                        wanted.settings,
                        tables,
                        wanted.retention,
                        InstantSource.system(),
                        StoreWriter.STATEMENT));
    }

    private void queues(Consumer<RowQueue<?>> change) {
        tables.stream().flatMap(each -> each.queues().stream()).forEach(change);
    }

    private void write() {
        Running current = running;
        if (current != null) {
            current.writer.work();
        }
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

    private static void missed() {
        LOG.error("store: changes of the fleet came faster than they could be kept: audit rows are missing");
    }

    private void look() {
        Instant now = SteadyClock.now();
        collector.look(fleet.snapshot(), now, SteadyClock.shown(now)).forEach(own.samples::add);
    }

    private void audit(FleetEvent change) {
        switch (change) {
            case FleetEvent.StatusChanged(var at, var target, var from, var to) ->
                own.audit.add(row(at, target, "status", Map.of("from", word(from), "to", word(to)), List.of()));
            case FleetEvent.Opened(var at, var target, var finding) ->
                own.audit.add(row(at, target, finding.check(), Map.of("event", "opened"), List.of(finding)));
            case FleetEvent.Closed(var at, var target, var finding) ->
                own.audit.add(row(at, target, finding.check(), Map.of("event", "closed"), List.of(finding)));
            case FleetEvent.RoleChanged(var at, var target, var from, var to) ->
                own.audit.add(row(at, target, "role", Map.of("from", word(from), "to", word(to)), List.of()));
            case FleetEvent.Added _,
                    FleetEvent.Removed _,
                    FleetEvent.Updated _,
                    FleetEvent.AlertChanged _,
                    FleetEvent.Beat _ -> {}
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
}
