package dev.pgvigil.check.server;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Reachability;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether a server answers, how fast, and in which role. */
@Singleton
public final class Heartbeat implements Check<HeartbeatResult>, Reachability {

    public static final String NAME = HeartbeatResult.CHECK;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMillis(500))
                .with(Policy.Priority.HEARTBEAT)
                .with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(HeartbeatResult.SLOW);
    }

    @Override
    public Uni<HeartbeatResult> collect(Session session) {
        return Uni.createFrom().deferred(() -> {
            long start = System.nanoTime();
            return session.row("select pg_catalog.pg_is_in_recovery()", row -> row.getBoolean(0))
                    .map(standby -> new HeartbeatResult(
                            standby ? Role.REPLICA : Role.PRIMARY, (System.nanoTime() - start) / 1e6));
        });
    }

    @Override
    public List<Finding> evaluate(HeartbeatResult now, Previous<HeartbeatResult> previous, Target target) {
        List<Finding> findings = new ArrayList<>();
        if (!target.role().allows(now.role())) {
            findings.add(wrongRole(now.role(), target));
        }
        Duration slow = target.thresholds().duration(HeartbeatResult.SLOW);
        if (now.responseTimeMs() > slow.toMillis()) {
            findings.add(Finding.of(
                            NAME,
                            "slow",
                            Status.DEGRADED,
                            Severity.MEDIUM,
                            "slow heartbeat",
                            "the simplest query took %.0f ms".formatted(now.responseTimeMs()))
                    .threshold("heartbeat.slow " + slow.toMillis() + " ms")
                    .cause("The host is short of CPU or memory, or the network to it is slow.")
                    .action("Compare with the connect time from another host, and check the load of the server."));
        }
        return findings;
    }

    private static Finding wrongRole(Role role, Target target) {
        String is = role.name().toLowerCase(Locale.ROOT);
        String expected = target.role().name().toLowerCase(Locale.ROOT);
        return Finding.of(
                        NAME,
                        "role",
                        Status.UNHEALTHY,
                        Severity.CRITICAL,
                        "server is a " + is,
                        "the server answers as a " + is)
                .threshold("role " + expected)
                .cause("A failover or a promotion, or the address points to another server.")
                .action("Decide which server should be the " + expected + "; then correct the address or the role.")
                .sql("select pg_is_in_recovery(), inet_server_addr(), pg_postmaster_start_time()");
    }

    @Override
    public List<Finding> evaluateFailure(Failure failure, Target target) {
        FailureDiagnosis why = FailureDiagnosis.of(failure, target);
        Status status = failure.reason() == Reason.LOCAL ? Status.UNKNOWN : Status.UNHEALTHY;
        return List.of(
                why.explain(Finding.of(NAME, "unreachable", status, Severity.CRITICAL, why.title(), failure.message())
                        .threshold("an answer within the session deadlines, 2 of 3 times")));
    }

    @Override
    public void export(HeartbeatResult now, MetricSink sink) {
        sink.gauge(
                "pgvigil_heartbeat_response_seconds",
                "Time from the heartbeat query to its answer.",
                now.responseTimeMs() / 1000);
        sink.gauge(
                "pgvigil_server_in_recovery",
                "1 if the server is a replica, 0 if it is a primary.",
                now.role() == Role.REPLICA ? 1 : 0);
    }
}
