package dev.pgvigil.monitor;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.postgres.Connector;
import dev.pgvigil.postgres.Deadlines;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.OnDemandConnection;
import dev.pgvigil.state.OnDemandHeartbeat;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import io.opentelemetry.context.Context;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Monitors the configured fleet, and applies changes of the configuration. */
@Singleton
public class FleetMonitor implements OnDemandHeartbeat, OnDemandConnection {

    private static final Logger LOG = Logger.getLogger(FleetMonitor.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Catalogue catalogue;
    private final Connector connector;
    private final Spans spans;
    private final Fleet fleet;
    private final CheckCounters counters;
    private final SchedulingDelay delay;
    private final MemoryBudget memory;
    private final Vertx vertx;
    private final Map<Server.Identity, Lane> lanes = new HashMap<>();
    private final Map<Server.Identity, RemoteServer> remote = new HashMap<>();
    private Predicate<Server> here = server -> true;
    private List<Target> configured = List.of();
    private Deadlines configuredDeadlines = Deadlines.STANDARD;
    private volatile Deadlines deadlines = Deadlines.STANDARD;
    private volatile int servers;
    private Future<?> pending = Future.succeededFuture();

    /** The monitor of a server and its event loop. */
    private record Lane(ServerMonitor monitor, EventLoop loop) {

        /** Runs the work on the event loop. The future completes when the work has completed, or after a timeout. */
        Future<Void> run(Function<ServerMonitor, Future<Void>> work) {
            Promise<Void> done = loop.promise();
            loop.run(() -> work.apply(monitor).onComplete(done));
            return done.future().timeout(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    FleetMonitor(
            Catalogue catalogue,
            Connector connector,
            Spans spans,
            Fleet fleet,
            CheckCounters counters,
            SchedulingDelay delay,
            MemoryBudget memory,
            Vertx vertx) {
        this.catalogue = catalogue;
        this.connector = connector;
        this.spans = spans;
        this.fleet = fleet;
        this.counters = counters;
        this.delay = delay;
        this.memory = memory;
        this.vertx = vertx;
    }

    /**
     * Monitors these targets from now on. Targets that were monitored before continue undisturbed. A target that moves
     * to another server is first removed there and then added here, since each server has an event loop of its own.
     *
     * @param wanted deadlines of all sessions; if they have changed, all sessions are reopened
     */
    synchronized void watch(List<Target> targets, Deadlines wanted) {
        configured = List.copyOf(targets);
        configuredDeadlines = wanted;
        apply();
    }

    /**
     * From now on only these servers are watched by this process. The state of the others stays, and is received from the
     * replicas that watch them. The future completes when the sessions to them are closed.
     */
    public synchronized Future<Void> assign(Predicate<Server> servers) {
        here = servers;
        return apply();
    }

    private synchronized Future<Void> apply() {
        Map<Server.Identity, List<Target>> byServer = configured.stream()
                .collect(groupingBy(target -> target.server().identity(), LinkedHashMap::new, toList()));
        Map<Server.Identity, List<Target>> elsewhere = new LinkedHashMap<>(byServer);
        elsewhere.values().removeIf(its -> here.test(its.getFirst().server()));
        byServer.keySet().removeAll(elsewhere.keySet());
        Deadlines wanted = configuredDeadlines;
        Future<Void> applied = pending.transform(before -> remove(byServer, elsewhere))
                .transform(removed -> {
                    add(byServer, wanted);
                    addRemote(elsewhere);
                    return Future.succeededFuture();
                });
        pending = applied;
        return applied;
    }

    /** Publishes the state of a server as the replica that watches it has sent it; ignored if this process watches it. */
    public synchronized void received(Server.Identity server, ReceivedState state) {
        RemoteServer known = remote.get(server);
        if (known != null) {
            known.received(state);
        }
    }

    /** The configured servers that other replicas watch. */
    public synchronized Set<Server.Identity> remoteServers() {
        return Set.copyOf(remote.keySet());
    }

    /** The configured targets. */
    public synchronized List<Target> targets() {
        return configured;
    }

    /** Closes all sessions and waits briefly for that, because the event loops end next. */
    void stop(@Observes ShutdownEvent event) {
        watch(List.of(), deadlines);
        Future<?> last;
        synchronized (this) {
            last = pending;
        }
        try {
            last.toCompletionStage().toCompletableFuture().get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("not all sessions were closed in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Uni<TargetState> beat(String target) {
        TargetState known = fleet.snapshot().targets().get(target);
        Lane lane = known == null ? null : lane(known.target().server().identity());
        if (lane == null && known != null) {
            // Another replica watches it: the state that it has sent is all there is.
            return Uni.createFrom().item(known);
        }
        if (lane == null) {
            return Uni.createFrom().failure(new NoSuchElementException("no target " + target));
        }
        Context requester = Context.current();
        return Uni.createFrom()
                .emitter(emitter -> lane.loop().run(() -> {
                    Runnable evaluated = () -> complete(emitter, lane.monitor().state(target), target);
                    lane.loop().after(deadlines.answer().multipliedBy(2).toMillis(), evaluated);
                    Spans.askedBy(requester, () -> lane.monitor().beat(evaluated));
                }));
    }

    @Override
    public <T> Uni<T> with(Target target, Function<ServerConnection, Uni<T>> work) {
        Lane lane = lane(target.server().identity());
        EventLoop loop = lane == null ? EventLoop.next(vertx) : lane.loop();
        return Uni.createFrom()
                .emitter(emitter -> loop.run(() -> Uni.createFrom()
                        .deferred(() -> work.apply(
                                lane == null
                                        ? unmonitored(target.server(), loop)
                                        : lane.monitor().connection()))
                        .subscribe()
                        .with(emitter::complete, emitter::fail)));
    }

    /** Not opened; only its budget and its settings are used. */
    private ServerConnection unmonitored(Server server, EventLoop loop) {
        return new ServerConnection(connector, server, deadlines, loop, spans, new ServerConnection.Listener() {
            @Override
            public void ready(ServerFacts facts) {}

            @Override
            public void down(Failure failure) {}
        });
    }

    private static void complete(UniEmitter<? super TargetState> emitter, @Nullable TargetState state, String target) {
        if (state == null) {
            emitter.fail(new NoSuchElementException("no target " + target + " any more"));
        } else {
            emitter.complete(state);
        }
    }

    private synchronized @Nullable Lane lane(Server.Identity server) {
        return lanes.get(server);
    }

    private synchronized Future<?> remove(
            Map<Server.Identity, List<Target>> wanted, Map<Server.Identity, List<Target>> elsewhere) {
        remote.entrySet().removeIf(entry -> {
            if (!wanted.containsKey(entry.getKey()) && !elsewhere.containsKey(entry.getKey())) {
                entry.getValue().end();
            }
            return !elsewhere.containsKey(entry.getKey());
        });
        List<Future<Void>> removed = new ArrayList<>();
        lanes.forEach((server, lane) -> {
            List<Target> its = wanted.get(server);
            removed.add(
                    its == null
                            ? lane.run(elsewhere.containsKey(server) ? ServerMonitor::handOver : ServerMonitor::stop)
                            : lane.run(monitor -> {
                                monitor.keep(names(its));
                                return Future.succeededFuture();
                            }));
        });
        lanes.keySet().retainAll(wanted.keySet());
        return Future.join(removed);
    }

    private static Set<String> names(List<Target> targets) {
        return targets.stream().map(Target::name).collect(toSet());
    }

    private synchronized void add(Map<Server.Identity, List<Target>> wanted, Deadlines latest) {
        deadlines = latest;
        servers = wanted.size();
        wanted.forEach((identity, its) -> {
            Server server = its.getFirst().server();
            Lane lane = lanes.computeIfAbsent(identity, first -> newLane(server, latest));
            lane.loop().run(() -> lane.monitor().watch(server, latest, its));
        });
    }

    private synchronized void addRemote(Map<Server.Identity, List<Target>> elsewhere) {
        fleet.watchedElsewhere(elsewhere.keySet());
        elsewhere.forEach((identity, its) -> remote.computeIfAbsent(
                        identity,
                        first -> new RemoteServer(fleet, its.getFirst().server()))
                .targets(its));
    }

    private Lane newLane(Server server, Deadlines latest) {
        EventLoop loop = EventLoop.next(vertx);
        ServerMonitor.Shared shared =
                new ServerMonitor.Shared(catalogue, connector, spans, fleet, counters, delay, memory, () -> servers);
        return new Lane(new ServerMonitor(shared, server, latest, loop), loop);
    }
}
