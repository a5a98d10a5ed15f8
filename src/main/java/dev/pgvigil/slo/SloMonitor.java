package dev.pgvigil.slo;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Settings;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.target.Target;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Measures the objectives once a second, publishes their findings as events, and keeps their counts in a file. Everything is read from
 * memory by others, from any thread.
 */
@Singleton
public final class SloMonitor {

    private static final Logger LOG = Logger.getLogger(SloMonitor.class);
    private static final int TICKS_PER_WRITE = 60;

    private final Fleet fleet;
    private final Configuration configuration;
    private final Objectives objectives;
    private final SloTables tables;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-slo").factory());

    private volatile String stored = "off";
    private @Nullable StateFile file;
    private long ticks;

    SloMonitor(Fleet fleet, Configuration configuration, Catalogue catalogue, SloTables tables) {
        this.tables = tables;
        this.fleet = fleet;
        this.configuration = configuration;
        this.objectives = new Objectives(catalogue);
    }

    /** The objectives that burn at page rate, and how many there are; for probes. */
    public BurnSummary burning() {
        return BurnSummary.of(objectives.report());
    }

    /** How urgently the budgets of each target burn, by its name; for probes. Targets without an objective are not there. */
    public Map<String, TargetBurn> burns() {
        return objectives.burns();
    }

    /** Exports every objective; the sink is made for its target. */
    public void export(Function<Target, MetricSink> sinks) {
        objectives.report().objectives().forEach(status -> status.export(sinks.apply(status.target())));
    }

    /** What the objectives of a target have spent. */
    public List<SpentBudget> spent(String target) {
        return objectives.report().objectives().stream()
                .filter(status -> status.target().name().equals(target))
                .map(status -> new SpentBudget(
                        status.slo().name(),
                        status.totals().bad(),
                        (1 - status.slo().ratio()) * status.slo().window().seconds()))
                .toList();
    }

    SloReport report() {
        return objectives.report();
    }

    @Nullable
    Objective objective(String slo, String target) {
        return objectives.of(slo, target);
    }

    /** {@code off}, {@code ok}, or why counts are not kept over a restart. */
    String stored() {
        return stored;
    }

    void start(@Observes StartupEvent event) {
        configuration.onChange(settings -> worker.execute(() -> configure(settings)));
        worker.execute(() -> restore(configuration.settings()));
        var _ = worker.scheduleAtFixedRate(this::tick, 0, 1, SECONDS);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        worker.shutdown();
        if (worker.awaitTermination(5, SECONDS)) {
            write();
        }
    }

    private void restore(Settings settings) {
        configure(settings);
        StateFile from = file;
        if (from == null) {
            return;
        }
        switch (from.read(objectives, SteadyClock.now().getEpochSecond())) {
            case StateFile.Result.Restored(int count) -> LOG.infof("counts of %d objectives restored", count);
            case StateFile.Result.Absent _ -> LOG.infof("objectives begin anew: there is no %s yet", from.path());
            case StateFile.Result.Unusable(String reason) ->
                LOG.errorf("objectives begin anew: %s is unusable: %s", from.path(), reason);
        }
    }

    private void configure(Settings settings) {
        Slos slos = settings.get(SlosSection.class);
        objectives.configure(slos);
        String name = slos.stateFile();
        file = name == null ? null : new StateFile(Path.of(name));
        stored = name == null ? "off" : "ok";
        if (name == null && !slos.all().isEmpty()) {
            LOG.info("slos.state-file is not set: a restart forgets what objectives counted");
        }
    }

    private void tick() {
        try {
            Instant now = SteadyClock.now();
            List<FleetEvent> changes = objectives.tick(fleet.snapshot(), now, now.getEpochSecond());
            if (!changes.isEmpty()) {
                fleet.update(snapshot -> snapshot, changes);
                changes.forEach(SloMonitor::log);
            }
            if (++ticks % TICKS_PER_WRITE == 0) {
                // Not at once: after a start the queue is not open yet.
                objectives.completeHours(now.getEpochSecond()).forEach(tables.hours::add);
                write();
            }
        } catch (Throwable e) { // an exception here would cancel the periodic task
            LOG.error("measuring the objectives failed", e);
        }
    }

    private void write() {
        StateFile to = file;
        if (to == null) {
            return;
        }
        try {
            to.write(objectives);
            stored = "ok";
        } catch (IOException e) {
            // The first failure only, not one a minute.
            BiConsumer<String, Throwable> log = stored.equals("ok") ? LOG::error : LOG::debug;
            log.accept("the counts of objectives could not be written to " + to.path(), e);
            stored = "not written";
        }
    }

    private static void log(FleetEvent change) {
        switch (change) {
            case FleetEvent.Opened(var _, var target, var finding) ->
                LOG.warnf("%s: %s: %s", target, finding.title(), finding.observed());
            case FleetEvent.Updated(var _, var target, var finding) ->
                LOG.warnf("%s: %s: %s", target, finding.title(), finding.observed());
            case FleetEvent.Closed(var _, var target, var finding) ->
                LOG.infof("%s: ended: %s", target, finding.title());
            case FleetEvent.Added _,
                    FleetEvent.Removed _,
                    FleetEvent.StatusChanged _,
                    FleetEvent.RoleChanged _,
                    FleetEvent.AlertChanged _,
                    FleetEvent.Beat _ -> {}
        }
    }
}
