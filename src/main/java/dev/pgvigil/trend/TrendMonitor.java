package dev.pgvigil.trend;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.check.Status;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.store.HistoryRange;
import dev.pgvigil.store.HistoryRequest;
import dev.pgvigil.store.Series;
import dev.pgvigil.store.Store;
import dev.pgvigil.store.StoreState;
import dev.pgvigil.target.Target;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the history of every target from time to time, one after the other on a thread of its own, and publishes findings as events. The
 * results are read from memory by others, from any thread. Without a store there are none.
 */
@Singleton
public final class TrendMonitor {

    private static final Logger LOG = Logger.getLogger(TrendMonitor.class);

    /** Long enough for the trials of forecasts, and for four weeks of the same hour. */
    private static final Duration PAST = Duration.ofDays(42);

    private static final Duration QUARTER = Duration.ofMinutes(15);
    /** A store that answers later than its own deadline does not answer. */
    private static final int ANSWER_SECONDS = 30;

    private static final int TICK_MILLIS = 1_000;

    private final Fleet fleet;
    private final Configuration configuration;
    private final Store store;
    private final Map<String, TargetTrends> trends = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Finding>> open = new HashMap<>();
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-trends").factory());
    private @Nullable Instant passed;

    TrendMonitor(Fleet fleet, Configuration configuration, Store store) {
        this.fleet = fleet;
        this.configuration = configuration;
        this.store = store;
    }

    void start(@Observes StartupEvent event) {
        var _ = worker.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        worker.shutdownNow();
    }

    /** The trends of a target; null: they were not computed yet, or there is no store. */
    @Nullable
    TargetTrends of(String target) {
        return trends.get(target);
    }

    Trends settings() {
        return configuration.settings().get(TrendsSection.class);
    }

    /** Exports all trends; the sink is made for a target. */
    public void export(Snapshot snapshot, Function<Target, MetricSink> sinks) {
        double growth = settings().growth();
        trends.forEach((name, one) -> {
            TargetState state = snapshot.targets().get(name);
            if (state != null) {
                TrendMetrics.export(one, growth, sinks.apply(state.target()));
            }
        });
    }

    private void tick() {
        try {
            Trends settings = settings();
            Instant now = SteadyClock.now();
            if (!settings.enabled() || store.sessions().isEmpty()) {
                forgetAll(now, settings.enabled());
            } else if (passed == null || !now.isBefore(passed.plus(settings.every()))) {
                pass(settings, now);
                passed = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) { // an exception here would cancel the periodic task
            LOG.error("evaluating the history failed", e);
        }
    }

    /** A store that is away for a while leaves results and findings as they are; one that is not configured does not. */
    private void forgetAll(Instant now, boolean enabled) {
        if (!trends.isEmpty() && (!enabled || store.state().mode() == StoreState.Mode.OFF)) {
            trends.clear();
            publish(Map.of(), now);
            passed = null;
        }
    }

    private void pass(Trends settings, Instant now) throws InterruptedException {
        Snapshot snapshot = fleet.snapshot();
        trends.keySet().retainAll(snapshot.targets().keySet());
        for (TargetState state : snapshot.targets().values()) {
            try {
                trends.put(state.target().name(), evaluate(settings, state, snapshot, now));
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("history could not be read: the next pass tries again", e);
                break;
            }
        }
        Map<String, List<Finding>> findings = new HashMap<>();
        trends.forEach((target, one) -> findings.put(target, TrendFindings.of(one, settings.growth())));
        publish(findings, now);
    }

    private TargetTrends evaluate(Trends settings, TargetState state, Snapshot snapshot, Instant now)
            throws InterruptedException, ExecutionException, TimeoutException {
        String name = state.target().name();
        Instant end = Instant.ofEpochSecond(
                Math.floorDiv(SteadyClock.shown(now).getEpochSecond(), QUARTER.toSeconds()) * QUARTER.toSeconds());
        List<Series> series = Arrays.asList(Series.values());
        Map<Series, Hours> hours =
                TrendInput.hours(read(name, new HistoryRequest(end.minus(PAST), end, Duration.ofHours(1), series)));
        Map<Series, List<Double>> quarters = TrendInput.quarters(
                read(name, new HistoryRequest(end.minus(Duration.ofHours(1)), end, QUARTER, series)));
        Hours up = hours.getOrDefault(Series.UP, new Hours(Map.of()));
        List<SeriesTrend> all = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            all.add(SeriesTrend.of(
                    measure,
                    hours.getOrDefault(measure.series(), new Hours(Map.of())),
                    up,
                    quarters.getOrDefault(measure.series(), List.of()),
                    end,
                    settings.zone()));
        }
        return new TargetTrends(
                name,
                SteadyClock.shown(now),
                all,
                slots(state, snapshot),
                snapshot.status(state, now) != Status.HEALTHY);
    }

    private HistoryRange read(String target, HistoryRequest request)
            throws InterruptedException, ExecutionException, TimeoutException {
        Future<HistoryRange> range = store.history(target, request);
        if (range == null) {
            throw new ExecutionException(new IllegalStateException("there is no store any more"));
        }
        return range.toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, SECONDS);
    }

    private static @Nullable Integer slots(TargetState state, Snapshot snapshot) {
        return snapshot.serverOf(state).outcome(state, PoolUsage.CHECK)
                                instanceof Outcome.Observed<?>(var _, var _, PoolUsage usage)
                        && usage.poolSize() > 0
                ? usage.poolSize()
                : null;
    }

    private void publish(Map<String, List<Finding>> findings, Instant now) {
        Map<String, Map<String, Finding>> next = new HashMap<>();
        findings.forEach((target, all) -> {
            Map<String, Finding> byKey = new HashMap<>();
            all.forEach(finding -> byKey.put(finding.key(), finding));
            next.put(target, byKey);
        });
        List<FleetEvent> changes = new ArrayList<>();
        open.forEach((target, all) -> all.forEach((key, finding) -> {
            if (!next.getOrDefault(target, Map.of()).containsKey(key)) {
                changes.add(new FleetEvent.Closed(now, target, finding));
                LOG.infof("%s: ended: %s", target, finding.title());
            }
        }));
        next.forEach((target, all) -> all.forEach((key, finding) -> {
            if (!open.getOrDefault(target, Map.of()).containsKey(key)) {
                changes.add(new FleetEvent.Opened(now, target, finding));
                LOG.infof("%s: %s: %s", target, finding.title(), finding.observed());
            }
        }));
        open.clear();
        open.putAll(next);
        if (!changes.isEmpty()) {
            fleet.update(snapshot -> snapshot, changes);
        }
    }
}
