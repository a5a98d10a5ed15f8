package dev.pgvigil.tenant;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.IsolationVerdict;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Target;
import dev.pgvigil.tenant.CatalogReader.Changes;
import dev.pgvigil.tenant.IsolationEvaluation.Seen;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether roles of applications can see rows of more than one tenant. It reads the system catalogues when they have changed, and no
 * table.
 */
@Singleton
public final class TenantIsolation implements Check<IsolationState> {

    public static final String NAME = IsolationVerdict.CHECK;

    private final IsolationEvaluation evaluation;

    TenantIsolation(@All List<IsolationRule> rules) {
        // By number, because the container injects them in any order.
        this.evaluation = new IsolationEvaluation(rules.stream()
                .sorted(Comparator.comparingInt(
                        rule -> Integer.parseInt(rule.id().substring(1))))
                .toList());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(1)).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public Requirements requirements() {
        return Requirements.reading("pg_roles");
    }

    @Override
    public boolean idle(IsolationState now) {
        return now.verdict() == IsolationVerdict.Verdict.NONE;
    }

    @Override
    public List<CheckOption<?>> options() {
        return List.of(Tenancy.OPTION);
    }

    @Override
    public boolean concerns(Target target) {
        return target.option(Tenancy.OPTION).layout() != Layout.Wanted.NONE;
    }

    @Override
    public Uni<IsolationState> collect(Session session) {
        return collect(session, Tenancy.NONE);
    }

    @Override
    public Uni<IsolationState> collect(Session session, Target target) {
        return collect(session, target.option(Tenancy.OPTION));
    }

    private Uni<IsolationState> collect(Session session, Tenancy tenancy) {
        IsolationMemory memory = session.memory(budget -> new IsolationMemory());
        return CatalogReader.changes(session).chain(changes -> {
            long now = System.nanoTime();
            boolean newRoles = memory.observe(changes.sessions(), now);
            IsolationState current = memory.current(changes, newRoles, tenancy, now);
            return current != null
                    ? Uni.createFrom().item(current)
                    : read(session, tenancy, memory, changes)
                            .map(fresh -> memory.read(fresh, changes, tenancy, now, Instant.now()));
        });
    }

    private Uni<IsolationState> read(Session session, Tenancy tenancy, IsolationMemory memory, Changes changes) {
        RuntimeEvidence runtime = new RuntimeEvidence(session);
        List<String> unseen = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        return new CatalogReader(session, tenancy)
                .read(changes.database(), schemas -> LayoutFinder.tenantSchemas(schemas, tenancy))
                .chain(catalog -> {
                    Layout layout = LayoutFinder.find(catalog, tenancy);
                    if (layout.kinds().isEmpty()) {
                        return Uni.createFrom().item(IsolationState.none(Instant.now()));
                    }
                    return ran(runtime, unseen, notes).chain(ran -> {
                        memory.observe(ran, System.nanoTime());
                        Isolation isolation = new Isolation(catalog, layout, tenancy, memory.observed());
                        return proven(runtime, isolation, ran, unseen)
                                .chain(proven -> drifted(new SchemaDrift(session, isolation), unseen)
                                        .chain(drifted -> new IsolationProbe(session, isolation)
                                                .run()
                                                .chain(probes -> session.compute(() -> evaluation.of(
                                                        isolation,
                                                        Instant.now(),
                                                        new Seen(both(proven, drifted), probes, unseen, notes))))));
                    });
                });
    }

    private static List<Violation> both(List<Violation> one, List<Violation> other) {
        List<Violation> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    private static Uni<List<Violation>> drifted(SchemaDrift drift, List<String> unseen) {
        return drift.find().onFailure(FailureException.class).recoverWithItem(thrown -> {
            unseen.add("whether the schemas of tenants are alike: they cannot be compared in time");
            return List.of();
        });
    }

    private static Uni<Set<Long>> ran(RuntimeEvidence runtime, List<String> unseen, List<String> notes) {
        if (!runtime.available()) {
            notes.add("what roles did is not known: the extension pg_stat_statements is not in this database");
            return Uni.createFrom().item(Set.of());
        }
        return runtime.roles().onFailure(FailureException.class).recoverWithItem(thrown -> {
            unseen.add("what roles did: pg_stat_statements cannot be read");
            return Set.of();
        });
    }

    private static Uni<List<Violation>> proven(
            RuntimeEvidence runtime, Isolation isolation, Set<Long> ran, List<String> unseen) {
        return ran.isEmpty()
                ? Uni.createFrom().item(List.of())
                : runtime.find(isolation, ran).onFailure(FailureException.class).recoverWithItem(thrown -> {
                    unseen.add("what roles did: the texts of pg_stat_statements cannot be read");
                    return List.of();
                });
    }

    @Override
    public List<Finding> evaluate(IsolationState now, Previous<IsolationState> previous, Target target) {
        return new IsolationFindings(now, target).all();
    }

    @Override
    public void export(IsolationState now, MetricSink sink) {
        if (now.verdict() == IsolationVerdict.Verdict.NONE) {
            return;
        }
        sink.gauge(
                "pgvigil_tenant_isolation_violated",
                "1 if a role of an application can see or change rows of another tenant, else 0.",
                now.verdict() == IsolationVerdict.Verdict.VIOLATED ? 1 : 0);
        sink.gauge(
                "pgvigil_tenant_isolation_inconclusive",
                "1 if no violation was found, but not everything could be checked, else 0.",
                now.verdict() == IsolationVerdict.Verdict.INCONCLUSIVE ? 1 : 0);
        sink.gauge(
                "pgvigil_tenant_isolation_tables",
                "Tables of tenants that are checked.",
                now.coverage().tables());
        sink.gauge(
                "pgvigil_tenant_isolation_accepted",
                "Violations that the configuration accepts for a time.",
                now.accepted().size());
        for (Severity severity : Severity.values()) {
            sink.gauge(
                    "pgvigil_tenant_isolation_violations",
                    "Violations and weaknesses by severity.",
                    (double) now.count(severity),
                    "severity",
                    severity.name().toLowerCase(Locale.ROOT));
        }
    }
}
