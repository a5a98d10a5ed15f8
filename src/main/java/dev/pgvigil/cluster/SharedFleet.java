package dev.pgvigil.cluster;

import dev.pgvigil.cluster.ReplicaState.Mode;
import dev.pgvigil.monitor.FleetMonitor;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.target.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The part of one process in a fleet that several share: its membership, its servers, and the exchange of snapshots. */
final class SharedFleet implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(SharedFleet.class);
    private static final Duration EXCHANGE = Duration.ofMillis(500);
    private static final Duration WARNINGS = Duration.ofSeconds(60);

    private final ClusterSettings settings;
    private final String id = UUID.randomUUID().toString().substring(0, 13);
    private final String version;
    private final FleetMonitor monitor;
    private final RedisNode membership;
    private final RedisNode data;
    private final Replica replica;
    private final SnapshotExchange exchange;
    // A thread of its own: compressing a thousand states is no work for an event loop.
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("pgvigil-cluster").factory());
    private volatile List<Target> targets = List.of();
    private volatile Digests digests = new Digests("", "");
    private volatile List<String> warnings = List.of();

    private record Digests(String servers, String configuration) {}

    SharedFleet(
            ClusterSettings settings,
            String version,
            Vertx vertx,
            Fleet fleet,
            FleetMonitor monitor,
            SnapshotCodec codec) {
        this.settings = settings;
        this.version = version;
        this.monitor = monitor;
        Scripts scripts = Scripts.of(settings.fleet());
        // Beats must not wait behind snapshots.
        this.membership = new RedisNode(vertx, settings, scripts.members());
        this.data = new RedisNode(vertx, settings, scripts.members());
        this.replica = new Replica(
                EventLoop.next(vertx),
                membership,
                scripts,
                this::self,
                settings.rebalanceAfter(),
                this::watch,
                Set::of);
        this.exchange =
                new SnapshotExchange(data, "{pgv:" + settings.fleet() + "}:", scripts, codec, fleet, monitor, replica);
    }

    ClusterSettings settings() {
        return settings;
    }

    void start(List<Target> all) {
        set(all);
        var _ = monitor.assign(server -> false);
        replica.start(servers(all));
        var _ = worker.scheduleWithFixedDelay(
                guarded(exchange::run), EXCHANGE.toMillis(), EXCHANGE.toMillis(), TimeUnit.MILLISECONDS);
        var _ = worker.scheduleWithFixedDelay(guarded(this::warn), 1, WARNINGS.toSeconds(), TimeUnit.SECONDS);
    }

    void configure(List<Target> all) {
        set(all);
        replica.configure(servers(all));
    }

    /** Ends the exchange with a last publication, and tells the others. */
    Future<Void> leave() {
        worker.execute(guarded(exchange::run));
        return replica.leave().onComplete(left -> close());
    }

    /** Ends without telling the others. */
    @Override
    public void close() {
        worker.shutdown();
        membership.close();
        data.close();
    }

    OptionalLong token(Server server) {
        return replica.token(server.id());
    }

    void refused(Server server) {
        replica.refused(server.id());
    }

    private Future<Void> watch(Set<String> servers) {
        return monitor.assign(server -> servers.contains(server.id()));
    }

    private void set(List<Target> all) {
        targets = List.copyOf(all);
        digests = new Digests(
                digest(servers(all).stream()),
                digest(all.stream().map(SharedFleet::described).sorted()));
    }

    private static List<String> servers(List<Target> targets) {
        return targets.stream()
                .map(target -> target.server().id())
                .distinct()
                .sorted()
                .toList();
    }

    /** Everything that affects what is observed and how it is judged; without secrets, which do not print. */
    private static String described(Target target) {
        return String.join(
                "|",
                target.name(),
                String.valueOf(target.server().identity()),
                target.database(),
                target.region(),
                String.valueOf(target.role()),
                String.valueOf(new TreeMap<>(target.tags())),
                String.valueOf(target.thresholds().hashCode()),
                String.valueOf(new TreeMap<>(target.checks()).keySet()),
                String.valueOf(target.discovery() != null));
    }

    private static String digest(Stream<String> texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            texts.forEach(text -> digest.update((text + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Member self(int owned) {
        Digests now = digests;
        return new Member(id, settings.replica(), version, now.servers(), now.configuration(), owned);
    }

    private void warn() {
        if (replica.state().mode() != Mode.SHARED) {
            return;
        }
        data.warnings(Duration.ofSeconds(2)).onSuccess(found -> {
            if (!found.equals(warnings)) {
                found.forEach(LOG::warn);
            }
            warnings = found;
        });
    }

    // An exception would cancel the periodic task.
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("sharing the fleet failed", e);
            }
        };
    }

    ClusterView view() {
        ReplicaState state = replica.state();
        RedisNode.Located located = membership.located();
        Member self = self(state.held().size() + state.adopted().size());
        List<ClusterView.Problem> problems = new ArrayList<>();
        if (state.mode() == Mode.SOLO) {
            problems.add(new ClusterView.Problem(
                    "share.redis_away",
                    "Redis does not answer",
                    "Replicas go on with the servers that they watch, and watch those of others too."));
        }
        long others = state.members().stream()
                .filter(member -> !member.configuration().equals(self.configuration()))
                .count();
        if (others > 0) {
            problems.add(
                    new ClusterView.Problem(
                            "share.configurations_differ",
                            others + " replicas have another configuration",
                            "Servers are not balanced between replicas whose lists of servers differ. Deploy one configuration."));
        }
        warnings.forEach(warning -> problems.add(
                new ClusterView.Problem("share.eviction", "Redis may lose what replicas rely on", warning)));
        return new ClusterView(
                true,
                state.mode(),
                new ClusterView.RedisView(
                        state.mode() == Mode.SHARED,
                        located == null ? null : located.kind(),
                        located == null ? null : located.address()),
                id,
                state.members().stream()
                        .map(member ->
                                ClusterView.MemberView.of(member, member.id().equals(id)))
                        .sorted(ClusterView.MemberView.BY_NAME)
                        .toList(),
                new ClusterView.ServersView(
                        servers(targets).size(),
                        state.held().size(),
                        state.adopted().size()),
                exchange.view(),
                problems);
    }
}
