package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.Isolation.AppRole;
import dev.pgvigil.tenant.IsolationState.Probe;
import dev.pgvigil.tenant.IsolationState.ProbeForm;
import dev.pgvigil.tenant.IsolationState.ProbeOutcome;
import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server itself, as the role of an application: in read-only transactions that are rolled back, with short timeouts. The form
 * of the plan reads no table. The form of rows asks whether there is a row of another tenant, with controls; the answers are
 * booleans. What it cannot do is inconclusive. Only for a session that no other check uses at the same time.
 */
final class IsolationProbe {

    private static final int MOST_ROLES = 10;
    private static final int MOST_VIEWS = 20;
    private static final int MOST_TABLES = 20;

    private static final String TIMEOUTS =
            "select pg_catalog.set_config('statement_timeout', '1000', true), pg_catalog.set_config('lock_timeout', '100', true)";

    private static final String ACTIVE = """
            select c.oid::int8 as oid, pg_catalog.row_security_active(c.oid) as active from pg_catalog.pg_class c
            where c.oid in ({tables})""";

    private static final Pattern COST = Pattern.compile("\"Total Cost\":\\s*([0-9.]+)");
    private static final String PRIVILEGE = "42501";

    private final Session session;
    private final Isolation isolation;
    private final List<Probe> probes = new ArrayList<>();

    IsolationProbe(Session session, Isolation isolation) {
        this.session = session;
        this.isolation = isolation;
    }

    private record Active(long oid, boolean active) {}

    Uni<List<Probe>> run() {
        Uni<Void> all = Uni.createFrom().voidItem();
        if (isolation.tenancy.probe() != Tenancy.Probing.OFF && !isolation.tables.isEmpty()) {
            for (AppRole role : isolation.roles.stream().limit(MOST_ROLES).toList()) {
                all = all.chain(() -> as(role));
            }
        }
        return all.map(done -> probes);
    }

    private Uni<Void> as(AppRole role) {
        return run("begin read only")
                .chain(() -> run(TIMEOUTS))
                .chain(() -> run("set local role " + Sql.identifier(role.name())))
                .chain(() -> tables(role))
                .chain(() -> isolation.tenancy.probe() == Tenancy.Probing.ROWS ? rows(role) : nothing())
                .chain(() -> views(role))
                .onFailure(FailureException.class)
                .recoverWithUni(thrown -> {
                    String state = state(thrown);
                    add(
                            role,
                            "",
                            ProbeForm.PLAN,
                            ProbeOutcome.INCONCLUSIVE,
                            PRIVILEGE.equals(state)
                                    ? "pgvigil may not become the role: grant " + Sql.identifier(role.name())
                                            + " to pgvigil_probe"
                                    : "failed with SQLSTATE " + state);
                    return nothing();
                })
                .onItemOrFailure()
                // A lost connection fails this one too.
                .call(() -> run("rollback").onFailure(FailureException.class).recoverWithNull());
    }

    /** Whether the server filters each table for the role. */
    private Uni<Void> tables(AppRole role) {
        List<Relation> tables = isolation.tables.stream()
                .filter(table -> table.rowSecurity() && isolation.access(role.oid(), table) != Access.NONE)
                .toList();
        if (tables.isEmpty()) {
            return nothing();
        }
        String listed =
                tables.stream().map(table -> String.valueOf(table.oid())).collect(joining(","));
        return session.rows(
                        ACTIVE.replace("{tables}", listed),
                        row -> new Active(row.getLong("oid"), row.getBoolean("active")))
                .invoke(found -> found.forEach(each -> tables.stream()
                        .filter(table -> table.oid() == each.oid)
                        .forEach(table -> add(
                                role,
                                table.label(),
                                ProbeForm.PLAN,
                                each.active ? ProbeOutcome.FILTERED : ProbeOutcome.UNFILTERED,
                                each.active ? "the server applies policies" : "the server applies no policy"))))
                .replaceWithVoid();
    }

    /** Whether the server filters what a view reads: with row_security off, a plan that a policy affects is an error. */
    private Uni<Void> views(AppRole role) {
        Uni<Void> all = run("set local row_security = off");
        List<Relation> views = isolation.readers().entrySet().stream()
                .filter(entry -> entry.getKey().view()
                        && isolation.privileges.on(role.oid(), entry.getKey(), "SELECT")
                        && protectsSome(entry.getValue()))
                .map(Map.Entry::getKey)
                .limit(MOST_VIEWS)
                .toList();
        for (Relation view : views) {
            all = all.chain(() -> attempt("explain select 1 from " + view.quoted() + " limit 0", row -> true))
                    .invoke(answer -> add(
                            role,
                            view.label(),
                            ProbeForm.VIEW,
                            answer.failure == null
                                    ? ProbeOutcome.UNFILTERED
                                    : PRIVILEGE.equals(answer.failure)
                                            ? ProbeOutcome.FILTERED
                                            : ProbeOutcome.INCONCLUSIVE,
                            answer.failure == null ? "no policy affects the plan" : "SQLSTATE " + answer.failure))
                    .replaceWithVoid();
        }
        return all;
    }

    private boolean protectsSome(Set<Relation> read) {
        return read.stream().anyMatch(table -> table.rowSecurity() && isolation.tables.contains(table));
    }

    // Rows

    private Uni<Void> rows(AppRole role) {
        Uni<Void> all = nothing();
        List<Relation> tables = isolation.tables.stream()
                .filter(table -> isolation.column(table) != null
                        && !table.partition()
                        && isolation.access(role.oid(), table) == Access.ENFORCED
                        && isolation.privileges.on(role.oid(), table, "SELECT"))
                .limit(MOST_TABLES)
                .toList();
        for (Relation table : tables) {
            all = all.chain(() -> rows(role, table, isolation.column(table)));
        }
        return all;
    }

    /** An answer of the server; {@code failure} is the SQLSTATE of an error. */
    private record Answer<T>(@Nullable T value, @Nullable String failure) {

        boolean isTrue() {
            return Boolean.TRUE.equals(value);
        }
    }

    private Uni<Void> rows(AppRole role, Relation table, @Nullable Column column) {
        String context = isolation.layout.context();
        if (column == null || context == null) {
            add(
                    role,
                    table.label(),
                    ProbeForm.ROWS,
                    ProbeOutcome.INCONCLUSIVE,
                    "the setting of the tenant is not known");
            return nothing();
        }
        String one = Sql.literal(isolation.tenancy.probeTenants().getFirst());
        String other = Sql.literal(isolation.tenancy.probeTenants().getLast());
        String tenant = Sql.identifier(column.name());
        String foreign = " from " + table.quoted() + " where " + tenant + " is distinct from " + one;
        return run(context(context, one))
                .chain(() ->
                        attempt("explain (format json) select 1" + foreign, row -> String.valueOf(row.getValue(0))))
                .chain(plan -> {
                    if (plan.failure != null || cost(String.valueOf(plan.value)) > isolation.tenancy.maxCost()) {
                        add(
                                role,
                                table.label(),
                                ProbeForm.ROWS,
                                ProbeOutcome.INCONCLUSIVE,
                                plan.failure == null ? "the plan costs too much" : "SQLSTATE " + plan.failure);
                        return nothing();
                    }
                    return exists("select 1" + foreign)
                            .chain(others -> exists(owned(table, tenant, one))
                                    .chain(own -> run(context(context, other))
                                            .chain(() -> exists(owned(table, tenant, other)))
                                            .chain(control -> run(context(context, "''"))
                                                    .chain(() -> exists("select 1 from " + table.quoted()))
                                                    .invoke(without ->
                                                            judge(role, table, others, own, control, without))
                                                    .replaceWithVoid())));
                });
    }

    private void judge(
            AppRole role,
            Relation table,
            Answer<Boolean> others,
            Answer<Boolean> own,
            Answer<Boolean> control,
            Answer<Boolean> without) {
        boolean controls = own.isTrue() && control.isTrue();
        if (others.isTrue() || without.isTrue()) {
            add(
                    role,
                    table.label(),
                    ProbeForm.ROWS,
                    ProbeOutcome.UNFILTERED,
                    others.isTrue() ? "a row of another tenant is visible" : "rows are visible without a tenant");
        } else if (others.failure != null || !controls) {
            add(
                    role,
                    table.label(),
                    ProbeForm.ROWS,
                    ProbeOutcome.INCONCLUSIVE,
                    others.failure != null
                            ? "SQLSTATE " + others.failure
                            : "one of the two tenants sees no row of its own");
        } else {
            add(
                    role,
                    table.label(),
                    ProbeForm.ROWS,
                    ProbeOutcome.FILTERED,
                    "each tenant sees its own rows and none of another; without a tenant there are none");
        }
    }

    private static String owned(Relation table, String tenant, String value) {
        return "select 1 from " + table.quoted() + " where " + tenant + " = " + value;
    }

    private static String context(String context, String value) {
        return "select pg_catalog.set_config(" + Sql.literal(context) + ", " + value + ", true)";
    }

    static double cost(String plan) {
        Matcher found = COST.matcher(plan);
        return found.find() ? Double.parseDouble(found.group(1)) : Double.MAX_VALUE;
    }

    private Uni<Answer<Boolean>> exists(String query) {
        return attempt("select exists (" + query + ") as found", row -> row.getBoolean("found"));
    }

    /** An error of the statement is an answer, and does not end the transaction. */
    private <T> Uni<Answer<T>> attempt(String sql, Function<Row, T> mapping) {
        return run("savepoint probe")
                .chain(() -> session.rows(sql, mapping)
                        .map(rows -> new Answer<T>(rows.getFirst(), null))
                        .onFailure(FailureException.class)
                        .recoverWithUni(thrown ->
                                run("rollback to savepoint probe").replaceWith(new Answer<T>(null, state(thrown)))));
    }

    private static String state(Throwable thrown) {
        return thrown instanceof FailureException known && known.failure().sqlState() != null
                ? known.failure().sqlState()
                : "unknown";
    }

    private void add(AppRole role, String object, ProbeForm form, ProbeOutcome outcome, String detail) {
        probes.add(new Probe(role.name(), object, form, outcome, detail));
    }

    private Uni<Void> run(String sql) {
        return session.rows(sql, row -> row).replaceWithVoid();
    }

    private static Uni<Void> nothing() {
        return Uni.createFrom().voidItem();
    }
}
