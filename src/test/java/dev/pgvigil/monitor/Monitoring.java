package dev.pgvigil.monitor;

import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Connections;
import dev.pgvigil.postgres.Deadlines;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.eclipse.microprofile.context.spi.ContextManagerProvider;

/** Monitors real servers, without Quarkus. */
public final class Monitoring implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static {
        // Two event loops that are the first to use Mutiny would both set it.
        ContextManagerProvider.instance();
    }

    private final Vertx vertx = Vertx.vertx();
    private final Fleet fleet = new Fleet();
    private final List<FleetEvent> changes = new CopyOnWriteArrayList<>();
    private final Cancellable listening;
    private final FleetMonitor watch;

    private Monitoring(List<Check<?>> checks, SchedulingDelay punctuality) {
        Catalogue catalogue = new Catalogue(checks);
        watch = new FleetMonitor(
                catalogue,
                Connections.connector(vertx),
                new Spans(OpenTelemetry.noop()),
                fleet,
                new CheckCounters(catalogue),
                punctuality,
                new MemoryBudget(),
                vertx);
        listening = fleet.events().subscribe(Runnable::run, true, changes::add, () -> {});
    }

    /** Runs only heartbeats and database listings. */
    public static Monitoring over(Target... targets) {
        return with(List.of(new Heartbeat(), new Databases()), targets);
    }

    public static Monitoring with(List<Check<?>> checks, Target... targets) {
        return with(checks, new SchedulingDelay(new SimpleMeterRegistry()), targets);
    }

    static Monitoring with(List<Check<?>> checks, SchedulingDelay punctuality, Target... targets) {
        Monitoring monitoring = new Monitoring(checks, punctuality);
        monitoring.follow(targets);
        return monitoring;
    }

    /** Monitors these targets from now on. */
    public void follow(Target... targets) {
        follow(Deadlines.STANDARD, targets);
    }

    void follow(Deadlines deadlines, Target... targets) {
        watch.watch(List.of(targets), deadlines);
    }

    public FleetMonitor watch() {
        return watch;
    }

    public Fleet fleet() {
        return fleet;
    }

    public List<FleetEvent> changes() {
        return changes;
    }

    public TargetState state(String target) {
        return state(fleet.snapshot(), target);
    }

    public Status status(String target) {
        Snapshot snapshot = fleet.snapshot();
        return snapshot.status(state(snapshot, target), Instant.now());
    }

    private static TargetState state(Snapshot snapshot, String target) {
        TargetState state = snapshot.targets().get(target);
        if (state == null) {
            throw new AssertionError(
                    "no target " + target + " among " + snapshot.targets().keySet());
        }
        return state;
    }

    public ConnectionState link(Server server) {
        ServerState state = fleet.snapshot().servers().get(server);
        return state == null ? ConnectionState.NONE : state.link();
    }

    /** Waits until the target has that status. */
    public void awaitStatus(String target, Status status) {
        await(target + " is " + status)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> fleet.snapshot().targets().containsKey(target) && status(target) == status);
    }

    /** Waits until the target has a finding under that key. */
    public Finding awaitFinding(String target, String key) {
        await(target + " has " + key)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> finding(target, key), found -> found != null);
        Finding found = finding(target, key);
        if (found == null) {
            throw new AssertionError(key + " came and went");
        }
        return found;
    }

    public void awaitNoFinding(String target, String key) {
        await(target + " lacks " + key)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> finding(target, key) == null);
    }

    public void awaitLink(Server server, Predicate<ConnectionState> wanted) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> wanted.test(link(server)));
    }

    @org.jspecify.annotations.Nullable
    public Finding finding(String target, String key) {
        TargetState state = fleet.snapshot().targets().get(target);
        return state == null
                ? null
                : state.findings().stream()
                        .filter(finding -> finding.key().equals(key))
                        .findFirst()
                        .orElse(null);
    }

    @Override
    public void close() {
        watch.stop(new io.quarkus.runtime.ShutdownEvent());
        listening.cancel();
        await().atMost(PATIENCE).until(() -> fleet.snapshot().targets().isEmpty());
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
