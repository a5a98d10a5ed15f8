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

/** Keeps the last hour of every watched server, and forgets a server that is watched no more. Safe for any thread. */
@Singleton
public class History {

    private static final Logger LOG = Logger.getLogger(History.class);
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final Fleet fleet;
    private final Vertx vertx;
    private final Map<Server.Identity, ServerHistory> hours = new ConcurrentHashMap<>();
    private final Cancellable changes;
    private final long timer;
    private final Instant begin = SteadyClock.now();

    @Inject
    History(Fleet fleet, Vertx vertx) {
        this(fleet, vertx, LOOK, onLoop(vertx.getOrCreateContext()));
    }

    History(Fleet fleet, Vertx vertx, Duration look, Executor executor) {
        this.fleet = fleet;
        this.vertx = vertx;
        // Heartbeats alone matter here, and a gap of the log is none in them.
        this.changes = fleet.events().subscribe(executor, true, this::take, () -> {});
        this.timer = vertx.setPeriodic(look.toMillis(), tick -> look());
    }

    private static Executor onLoop(Context context) {
        return work -> context.runOnContext(now -> work.run());
    }

    // Only so that it begins with the service, and not when somebody first reads it.
    void start(@Observes StartupEvent event) {
        LOG.debug("the history begins");
    }

    /** The last hour of a server; empty if nothing was observed yet. */
    public ServerHistory of(Server server) {
        return hours.getOrDefault(server.identity(), ServerHistory.NOTHING);
    }

    /** How much of the last hour there is anything to know of. */
    public Window window(Instant now) {
        return Window.since(begin, now);
    }

    /** How many servers have one. */
    int size() {
        return hours.size();
    }

    private void take(FleetEvent change) {
        if (change instanceof FleetEvent.Beat) {
            Snapshot snapshot = fleet.snapshot();
            TargetState target = snapshot.targets().get(change.target());
            Outcome<?> outcome =
                    target == null ? null : snapshot.serverOf(target).outcome(HeartbeatResult.CHECK);
            if (target != null && outcome != null) {
                hour(target.target().server()).beat(outcome);
            }
        }
    }

    private void look() {
        Map<Server, ServerState> servers = fleet.snapshot().servers();
        servers.forEach((server, state) -> {
            state.outcomes().values().forEach(outcome -> hour(server).connections(outcome));
        });
        hours.keySet().retainAll(servers.keySet().stream().map(Server::identity).collect(Collectors.toSet()));
    }

    private ServerHistory hour(Server server) {
        return hours.computeIfAbsent(server.identity(), first -> new ServerHistory());
    }

    @PreDestroy
    void stop() {
        changes.cancel();
        vertx.cancelTimer(timer);
    }
}
