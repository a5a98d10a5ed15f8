package dev.pgvigil.alert;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.alert.channel.ChannelClient;
import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.slo.SloMonitor;
import dev.pgvigil.slo.SpentBudget;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Ownership;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.store.Store;
import dev.pgvigil.store.StoreSection;
import dev.pgvigil.store.StoreSessions;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the engine of alerts once a second on a thread of its own, keeps what it decided in a file before anything is sent, and publishes
 * the result. What others read is in memory; what people do is done on that thread.
 */
@Singleton
public final class AlertMonitor {

    private static final Logger LOG = Logger.getLogger(AlertMonitor.class);

    private final Fleet fleet;
    private final CauseAnalysis causes;
    private final Set<String> reachability;
    private final Vertx vertx;
    private final Supplier<AlertSettings> configured;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-alerts").factory());
    private final OwnedScopes scopes;
    private final StoredOutbox outbox;
    private final StoredAlerts kept;
    private final Sender sender;
    private final BooleanSupplier storing;
    private final Map<String, ActiveAlert.State> published = new HashMap<>();

    private final Function<String, List<SpentBudget>> spent;

    private volatile AlertReport report = AlertReport.EMPTY;
    private volatile List<Incident> incidents = List.of();
    private volatile @Nullable AlertSettings settings;
    private @Nullable AlertEngine engine;
    private @Nullable ChannelClient client;
    private @Nullable OutgoingHeartbeat heartbeat;
    private @Nullable AlertStateFile file;
    private AlertStateFile.@Nullable Kept written;
    private String stored = "off";

    @Inject
    AlertMonitor(
            Fleet fleet,
            Configuration configuration,
            CauseAnalysis causes,
            Catalogue catalogue,
            SloMonitor objectives,
            Vertx vertx,
            Store store,
            Ownership ownership) {
        this(
                fleet,
                () -> configuration.settings().get(AlertsSection.class),
                causes,
                catalogue.reachability(),
                objectives::spent,
                vertx,
                () -> configuration.settings().get(StoreSection.class).isPresent(),
                store::sessions,
                ownership);
        configuration.onChange(next -> worker.execute(() -> configure(section(next))));
    }

    /** A monitor without a store and without replicas. */
    AlertMonitor(Fleet fleet, Supplier<AlertSettings> configured, CauseAnalysis causes, Vertx vertx) {
        this(fleet, configured, causes, Set.of(), _ -> List.of(), vertx, () -> false, Optional::empty, Ownership.ALONE);
    }

    /**
     * A monitor.
     *
     * @param reachability checks whose critical finding means that a server does not answer
     * @param spent what the objectives of a target have spent
     * @param storing whether a store is configured
     * @param sessions empty: it is not ready
     */
    AlertMonitor(
            Fleet fleet,
            Supplier<AlertSettings> configured,
            CauseAnalysis causes,
            Set<String> reachability,
            Function<String, List<SpentBudget>> spent,
            Vertx vertx,
            BooleanSupplier storing,
            Supplier<Optional<StoreSessions>> sessions,
            Ownership ownership) {
        AlertStore store = new AlertStore(sessions);
        this.scopes = new OwnedScopes(ownership);
        this.outbox = new StoredOutbox(store, scopes);
        this.kept = new StoredAlerts(store, outbox, scopes);
        this.sender = new Sender(outbox, worker, SteadyClock::now);
        this.storing = storing;
        this.fleet = fleet;
        this.configured = configured;
        this.causes = causes;
        this.reachability = Set.copyOf(reachability);
        this.spent = spent;
        this.vertx = vertx;
    }

    private static AlertSettings section(Settings all) {
        return all.get(AlertsSection.class);
    }

    // After the monitor of the fleet: what is open then is read first.
    void start(@Observes @Priority(3000) StartupEvent event) {
        start();
    }

    void start() {
        worker.execute(this::begin);
        var _ = worker.scheduleAtFixedRate(this::tick, 0, 1, SECONDS);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stop();
    }

    void stop() throws InterruptedException {
        if (worker.isShutdown()) {
            return;
        }
        worker.execute(this::last);
        worker.shutdown();
        var _ = worker.awaitTermination(5, SECONDS);
        ChannelClient last = client;
        if (last != null) {
            last.close();
        }
    }

    /** Exports the alerts and how their receivers do. */
    public void export(MetricSink sink) {
        AlertMetrics.export(report, incidents, sink, SteadyClock.now());
    }

    AlertReport report() {
        return report;
    }

    /** The incidents, the latest first. */
    List<Incident> incidents() {
        return incidents;
    }

    /** Adds a note to an incident; fails with 404 if there is none of that id, and with 503 if another replica keeps it. */
    Uni<Incident> note(String id, String by, String text) {
        return on(current -> {
            Incident incident = current.note(id, by, text, SteadyClock.now());
            if (incident == null) {
                throw ProblemException.notFound("no incident has the id \"" + Query.shown(id) + "\"");
            }
            if (!scopes.mine(scopes.of(incident.target()))) {
                throw ProblemException.of(503, "another replica keeps this incident: write the note there");
            }
            return incident;
        });
    }

    /** The configuration in use; null: not started yet. */
    @Nullable
    AlertSettings settings() {
        return settings;
    }

    private void begin() {
        AlertSettings first = configured.get();
        AlertEngine made =
                new AlertEngine(first, causes, reachability, outbox, scopes, fleet.snapshot(), SteadyClock.now());
        engine = made;
        configure(first);
        AlertStateFile from = file;
        if (from != null) {
            try {
                AlertStateFile.Kept before = from.read();
                if (before != null) {
                    made.restore(before);
                    LOG.infof(
                            "%d alerts and %d notifications restored",
                            before.open().size(), before.outbox().size());
                }
            } catch (AlertStateFile.UnusableFile e) {
                LOG.errorf("alerts begin anew: %s is unusable: %s", from.path(), e.getMessage());
            }
        }
        if (first.receivers().isEmpty()) {
            LOG.info("alerts.receivers is not set: alerts are shown, and nobody is told of them");
        }
    }

    private void configure(AlertSettings next) {
        AlertEngine current = engine;
        if (current == null) {
            return; // begin() reads what is current then
        }
        settings = next;
        scopes.name(next.storeName());
        current.configure(next);
        ChannelClient before = client;
        client = new ChannelClient(vertx, next.outbound(), next.messages());
        if (before != null) {
            // Attempts that are under way may end.
            vertx.setTimer(next.outbound().timeout().toMillis() + 1000, _ -> before.close());
        }
        heartbeat = next.heartbeat() == null ? null : new OutgoingHeartbeat(next.heartbeat());
        String name = next.stateFile();
        file = name == null ? null : new AlertStateFile(Path.of(name));
        stored = name == null ? "off" : "ok";
        written = null;
        if (name == null && !storing.getAsBoolean() && !next.receivers().isEmpty()) {
            LOG.info(
                    "neither store nor alerts.state-file is set: a restart forgets alerts and notifications that wait");
        }
    }

    private void tick() {
        AlertEngine current = engine;
        AlertSettings now = settings;
        ChannelClient out = client;
        if (current == null || now == null || out == null) {
            return;
        }
        try {
            Snapshot snapshot = fleet.snapshot();
            scopes.refresh(snapshot);
            List<Long> applied = storing.getAsBoolean() ? kept.read(current, SteadyClock.now()) : List.of();
            if (storing.getAsBoolean() && kept.waits(SteadyClock.now())) {
                return;
            }
            current.tick(snapshot, fleet.events(), SteadyClock.now());
            write();
            if (storing.getAsBoolean()) {
                kept.write(current, applied, SteadyClock.now());
            }
            sender.send(now.receivers(), out, now.giveUp());
            if (heartbeat != null) {
                heartbeat.tick(SteadyClock.now(), out);
            }
            publish(current);
        } catch (Throwable e) { // an exception here would cancel the periodic task
            LOG.error("evaluating alerts failed", e);
        }
    }

    private void last() {
        write();
        AlertEngine current = engine;
        if (current != null && storing.getAsBoolean()) {
            kept.write(current, List.of(), SteadyClock.now());
        }
    }

    private void publish(AlertEngine current) {
        AlertReport next = current.report(stored, storing.getAsBoolean() ? kept.state() : "off");
        report = next;
        current.follow(next, spent, SteadyClock.now());
        incidents = current.incidents();
        fleet.alerts(AlertEngine.active(next));
        Instant now = SteadyClock.now();
        List<FleetEvent> changes = new ArrayList<>();
        Map<String, ActiveAlert.State> states = new HashMap<>();
        for (AlertReport.Shown one : next.alerts()) {
            String id = one.alert().id();
            ActiveAlert.State before = published.get(id);
            boolean over = one.state() == ActiveAlert.State.RESOLVED;
            // Those that were resolved before were published then.
            boolean changed = over ? before != null : before != one.state();
            if (!over) {
                states.put(id, one.state());
            }
            if (changed && one.state() != ActiveAlert.State.PENDING) {
                changes.add(new FleetEvent.AlertChanged(now, one.alert().target(), one.active()));
            }
        }
        published.clear();
        published.putAll(states);
        if (!changes.isEmpty()) {
            fleet.update(snapshot -> snapshot, changes);
        }
    }

    /** On disk before it is sent; if nothing changed, nothing is written. */
    private void write() {
        AlertStateFile to = file;
        AlertEngine current = engine;
        if (to == null || current == null) {
            return;
        }
        AlertStateFile.Kept next = current.kept();
        if (next.equals(written) && stored.equals("ok")) {
            return;
        }
        try {
            to.write(next);
            written = next;
            stored = "ok";
        } catch (IOException e) {
            if (stored.equals("ok")) { // the first failure only, not one a second
                LOG.errorf("alerts could not be written to %s: %s", to.path(), e.getMessage());
            }
            stored = "not written";
        }
    }

    /** Notes who takes care of an alert; fails with 404 if none of that id fires. */
    Uni<AlertReport.Shown> acknowledge(String id, String by) {
        return act(
                id, AlertStore.Action.Kind.ACKNOWLEDGE, by, current -> current.acknowledge(id, by, SteadyClock.now()));
    }

    /** Ends an alert; it begins again only after its finding was closed. */
    Uni<AlertReport.Shown> resolve(String id, String by) {
        return act(id, AlertStore.Action.Kind.RESOLVE, by, current -> {
            Alert ended = current.resolve(id, SteadyClock.now());
            if (ended != null) {
                LOG.infof("alert %s was resolved by %s", id, by);
            }
            return ended;
        });
    }

    Uni<Silence> silence(Silence silence) {
        return on(current -> {
            if (!current.silence(silence)) {
                throw ProblemException.of(409, "there are " + AlertEngine.SILENCES + " silences already");
            }
            LOG.infof("silence %s until %s by %s: %s", silence.id(), silence.until(), silence.by(), silence.reason());
            return silence;
        });
    }

    /** Ends a silence; fails with 404 if there is none of that id. */
    Uni<Boolean> unsilence(String id) {
        return on(current -> {
            if (!current.unsilence(id)) {
                throw ProblemException.notFound("no silence has the id \"" + Query.shown(id) + "\"");
            }
            return true;
        });
    }

    private Uni<AlertReport.Shown> act(
            String id, AlertStore.Action.Kind kind, String by, Function<AlertEngine, @Nullable Alert> action) {
        return on(current -> {
                    Alert alert = action.apply(current);
                    if (alert == null) {
                        throw ProblemException.notFound("no alert of the id \"" + Query.shown(id) + "\" fires");
                    }
                    if (!scopes.mine(scopes.of(alert.target()))) {
                        tell(alert, kind, by);
                    }
                    return id;
                })
                .map(_ -> Objects.requireNonNull(report.find(id)));
    }

    /** Another replica sends the alerts of that server. */
    private void tell(Alert alert, AlertStore.Action.Kind kind, String by) {
        try {
            kept.tell(alert, kind, by, SteadyClock.now());
        } catch (AlertStore.Away e) {
            throw ProblemException.of(
                            503,
                            "another replica sends the alerts of this server, and cannot be told: the store is away, or none is"
                                    + " configured")
                    .header("Retry-After", "5");
        }
    }

    /** Does it on the worker, and shows the result before it answers. */
    private <T> Uni<T> on(Function<AlertEngine, T> action) {
        return Uni.createFrom().completionStage(() -> {
            CompletableFuture<T> done = new CompletableFuture<>();
            worker.execute(() -> {
                AlertEngine current = engine;
                try {
                    if (current == null) {
                        throw ProblemException.of(503, "alerts are not started yet")
                                .header("Retry-After", "1");
                    }
                    T result = action.apply(current);
                    tick();
                    done.complete(result);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
            return done;
        });
    }
}
