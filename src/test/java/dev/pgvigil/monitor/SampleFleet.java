package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Observations;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.ServerState;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** Hand-made fleets, with everything that a monitor would publish. */
public final class SampleFleet {

    /** A secret that must not appear anywhere. */
    public static final String PASSWORD = "pa55word-never-shown";

    /** A valid database name that every output must escape. */
    public static final List<String> HOSTILE = List.of(
            "db2:a/b",
            "db2:quote\"'`",
            "db2:line\nbreak\r\ttab",
            "db2:<script>alert(1)</script>&amp;",
            "db2:a%2Fb%zz+c d",
            "db2:;matrix=1?x=y#frag",
            "db2:{template}{{x}}${y}",
            "db2:\\back..\\slash",
            "db2:\u202Eöäü€😀",
            "db2:..",
            "db2:" + "é".repeat(31));

    // Long, so that nothing becomes stale on a busy machine.
    private static final Duration STALE_AFTER = Duration.ofMinutes(10);

    private final Instant now = Instant.now();

    private PMap<Server, ServerState> servers = HashTreePMap.empty();
    private PMap<String, TargetState> targets = HashTreePMap.empty();

    /** An observation that no check produces. */
    public static final class Unwritable {
        public int getValue() {
            return Integer.parseInt("secret cause");
        }
    }

    /** One target of each kind: healthy, degraded, unhealthy, stale and without heartbeat. */
    public static SampleFleet mixed() {
        SampleFleet fleet = new SampleFleet();
        Target shop = target("shop", server("db1", 5432), "eu-west-1");
        fleet.add(shop, Status.HEALTHY, List.of(), fleet.complete());
        Target orders = target("orders", server("db2", 5432), "eu-west-1");
        fleet.add(orders, Status.DEGRADED, List.of(saturation(fleet.now)), fleet.answered());
        Target archive = target("archive", server("2001:db8::7", 5433), "us-east-1");
        fleet.add(archive, Status.UNHEALTHY, List.of(unreachable(fleet.now)), fleet.refused());
        Target quiet = target("quiet", server("db4", 5432), "us-east-1");
        fleet.add(quiet, Status.HEALTHY, List.of(), fleet.beatAt(fleet.now.minus(STALE_AFTER.multipliedBy(2))));
        fleet.add(target("young", server("db5", 5432), ""), Status.UNKNOWN, List.of(), HashTreePMap.empty());
        return fleet;
    }

    /** One healthy target. */
    public static SampleFleet single(String name) {
        SampleFleet fleet = new SampleFleet();
        fleet.add(target(name, server("db1", 5432), "eu-west-1"), Status.HEALTHY, List.of(), fleet.answered());
        return fleet;
    }

    /** Healthy targets with these names, all on one server. */
    public static SampleFleet named(List<String> names) {
        SampleFleet fleet = new SampleFleet();
        Server server = server("db1", 5432);
        names.forEach(
                name -> fleet.add(target(name, server, "eu-west-1"), Status.HEALTHY, List.of(), fleet.answered()));
        return fleet;
    }

    /** Adds these targets, which all have the same recommendation. */
    public SampleFleet degraded(List<String> names) {
        names.forEach(name -> add(
                target(name, server("db2", 5432), "eu-west-1"), Status.DEGRADED, List.of(saturation(now)), answered()));
        return this;
    }

    /** A target {@code broken} whose observation cannot be serialized as JSON. */
    public static SampleFleet broken() {
        SampleFleet fleet = new SampleFleet();
        Outcome<?> outcome = new Outcome.Observed<>(fleet.now, Duration.ZERO, new Unwritable());
        fleet.add(
                target("broken", server("db1", 5432), ""),
                Status.HEALTHY,
                List.of(),
                HashTreePMap.singleton("connections", outcome));
        return fleet;
    }

    public static SampleFleet nothing() {
        return new SampleFleet();
    }

    /** Publishes this as the state of the fleet, with these events. */
    public void into(Fleet fleet, FleetEvent... changes) {
        fleet.update(before -> new Snapshot(servers, targets, STALE_AFTER), List.of(changes));
    }

    /** Publishes events without changing the state of the fleet. */
    public static void tell(Fleet fleet, FleetEvent... changes) {
        fleet.update(before -> before, List.of(changes));
    }

    public static Finding saturation(Instant since) {
        return Finding.of(
                        "connections",
                        "saturation",
                        Status.DEGRADED,
                        Severity.HIGH,
                        "connections run out",
                        "85 of 100 connections are in use")
                .threshold("connections.degraded 80 %")
                .evidence(List.of(Map.of("application", "shop <b>web</b>", "connections", 60)))
                .cause("a pool without a bound")
                .action("bound the pools of the applications")
                .sql("select application_name, count(*) from pg_stat_activity group by 1")
                .since(since);
    }

    private static Finding unreachable(Instant since) {
        return Finding.of(
                        Heartbeat.NAME,
                        "unreachable",
                        Status.UNHEALTHY,
                        Severity.CRITICAL,
                        "no connection",
                        "Connection refused")
                .action("start the server")
                .since(since);
    }

    private static Server server(String host, int port) {
        return new Server(host, port, "pgvigil", new Secret(PASSWORD), Tls.PREFER);
    }

    private static Target target(String name, Server server, String region) {
        return new Target(
                name,
                server,
                "app",
                region,
                ExpectedRole.PRIMARY,
                Map.of("team", "payments"),
                Thresholds.DEFAULTS,
                Map.of(),
                null);
    }

    private PMap<String, Outcome<?>> complete() {
        return answered()
                .plus("statements", new Outcome.Observed<>(now, Duration.ofMillis(4), Observations.statements()))
                .plus("plans", new Outcome.Observed<>(now, Duration.ofMillis(31), Observations.plans()))
                .plus("migrations", new Outcome.Observed<>(now, Duration.ofMillis(2), Observations.migrations()));
    }

    private PMap<String, Outcome<?>> answered() {
        PMap<String, Outcome<?>> beat = beatAt(now);
        Outcome.Observed<Object> tree =
                new Outcome.Observed<>(now.minusSeconds(9), Duration.ofMillis(2), Observations.locks());
        Failure late = new Failure(Failure.Reason.TIMEOUT, "canceling statement due to statement timeout", "57014");
        return beat.plus("connections", new Outcome.Observed<>(now, Duration.ofMillis(3), Observations.connections()))
                .plus("blocking", new Outcome.Failed<>(now, Duration.ofMillis(900), late, tree))
                .plus("statements", new Outcome.Skipped<>(now, "pg_stat_statements is not installed"));
    }

    private PMap<String, Outcome<?>> beatAt(Instant at) {
        return HashTreePMap.singleton(
                Heartbeat.NAME,
                new Outcome.Observed<>(at, Duration.ofNanos(1_234_567), new HeartbeatResult(Role.PRIMARY, 0.8125)));
    }

    private PMap<String, Outcome<?>> refused() {
        Failure failure = Failure.of(Failure.Reason.CONNECT, "Connection refused");
        return HashTreePMap.singleton(Heartbeat.NAME, new Outcome.Failed<>(now, Duration.ofMillis(1), failure, null));
    }

    private void add(Target target, Status status, List<Finding> findings, PMap<String, Outcome<?>> outcomes) {
        Server server = target.server();
        ServerFacts facts = outcomes.isEmpty()
                ? null
                : new ServerFacts(
                        180_004,
                        "18.4",
                        Role.PRIMARY,
                        now.minusSeconds(86_400),
                        false,
                        true,
                        false,
                        Map.of("plpgsql", "1.0"),
                        Map.of("max_connections", "100"),
                        Set.of());
        ConnectionState link = new ConnectionState(1, 0, 3, 1, 0, 0.0004, 1.25, 4321, 1);
        servers = servers.plus(server, new ServerState(server, facts, link, outcomes));
        List<IgnoredFinding> ignored = status == Status.DEGRADED
                ? List.of(new IgnoredFinding(
                        Finding.of("indexes", "unused", Status.HEALTHY, Severity.LOW, "an index is not used", "<b>")
                                .action("drop it"),
                        "dropped with release 7",
                        Instant.parse("2027-04-01T00:00:00Z")))
                : List.of();
        targets = targets.plus(
                target.name(),
                new TargetState(target, status, now.minusSeconds(3600), findings, ignored, HashTreePMap.empty()));
    }
}
