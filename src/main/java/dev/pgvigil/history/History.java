package dev.pgvigil.history;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Keeps the last hour of every monitored server, and discards that of removed servers. Thread-safe. */
@Singleton
public class History {

    private static final Logger LOG = Logger.getLogger(History.class);
    private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(5);

    private final Fleet fleet;
    private final Vertx vertx;
    private final Map<Server.Identity, ServerHistory> histories = new ConcurrentHashMap<>();
    private final Cancellable subscription;
    private final long timer;
    private final Instant startedAt = SteadyClock.now();

    @Inject
    History(Fleet fleet, Vertx vertx) {
        this(fleet, vertx, SAMPLE_INTERVAL, onContext(vertx.getOrCreateContext()));
    }

    History(Fleet fleet, Vertx vertx, Duration interval, Executor executor) {
        this.fleet = fleet;
        this.vertx = vertx;
        // Only heartbeats are used here, and they do not depend on gaps in the event log.
        this.subscription = fleet.events().subscribe(executor, true, this::add, () -> {});
        this.timer = vertx.setPeriodic(interval.toMillis(), tick -> sample());
    }

    private static Executor onContext(Context context) {
        return work -> context.runOnContext(now -> work.run());
    }

    // Forces creation at startup instead of at the first read.
    void start(@Observes StartupEvent event) {
        LOG.debug("history started");
    }

    /** The last hour of a server; empty if nothing was observed yet. */
    public ServerHistory of(Server server) {
        return histories.getOrDefault(server.identity(), ServerHistory.NOTHING);
    }

    /** The part of the last hour for which there may be data. */
    public Window window(Instant now) {
        return Window.since(startedAt, now);
    }

    /** The number of servers with a history. */
    int size() {
        return histories.size();
    }

    private void add(FleetEvent event) {
        if (event instanceof FleetEvent.Beat) {
            Snapshot snapshot = fleet.snapshot();
            TargetState target = snapshot.targets().get(event.target());
            Outcome<?> outcome =
                    target == null ? null : snapshot.serverOf(target).outcome(HeartbeatResult.CHECK);
            if (target != null && outcome != null) {
                history(target.target().server()).beat(outcome);
            }
        }
    }

    private void sample() {
        Map<Server, ServerState> servers = fleet.snapshot().servers();
        servers.forEach((server, state) -> {
            state.outcomes().values().forEach(outcome -> history(server).connections(outcome));
        });
        histories
                .keySet()
                .retainAll(servers.keySet().stream().map(Server::identity).collect(Collectors.toSet()));
    }

    private ServerHistory history(Server server) {
        return histories.computeIfAbsent(server.identity(), first -> new ServerHistory());
    }

    @PreDestroy
    void stop() {
        subscription.cancel();
        vertx.cancelTimer(timer);
    }
}
