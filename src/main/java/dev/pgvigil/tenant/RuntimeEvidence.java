package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.QueryText;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import dev.pgvigil.tenant.TenantCatalog.Role;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code pg_stat_statements} proves: the roles in whose name statements ran, seen through SET ROLE, and statements on tables of
 * tenants by roles to which row-level security does not apply. Texts are read only if there is such a role.
 */
final class RuntimeEvidence {

    private static final RuntimeBypass RULE = new RuntimeBypass();

    private static final String EXTENSION = "pg_stat_statements";
    private static final int MOST = 20;

    /** An owner that ran a statement less often migrated the table. */
    private static final long REPEATED = 10;

    private static final int MOST_TABLES = 300;
    private static final int LONGEST = 4000;

    private static final String PLACE = """
            select n.nspname::text as schema from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
            where e.extname = 'pg_stat_statements'""";

    private static final String ROLES = """
            select distinct s.userid::int8 as role from {schema}.pg_stat_statements(false) s
            where s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
              and s.userid <> pg_catalog.to_regrole(pg_catalog.quote_ident(current_user::text))::oid
            limit 500""";

    private static final String STATEMENTS = """
            select s.userid::int8 as role, s.calls::int8 as calls, pg_catalog.left(s.query::text, {longest}) as query
            from {schema}.pg_stat_statements(true) s
            where s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
              and s.userid in ({roles}) and s.toplevel
              and s.query ~* '^(\\s|/\\*.*?\\*/)*(select|insert|update|delete|merge|with)\\M' and s.query ~* {tables}
            order by s.calls desc limit\s""".replace("{longest}", String.valueOf(LONGEST)) + MOST;

    private final Session session;

    RuntimeEvidence(Session session) {
        this.session = session;
    }

    private record Ran(long role, long calls, String query) {}

    boolean available() {
        return session.facts().extensions().containsKey(EXTENSION);
    }

    /** The roles in whose name statements ran in this database; none if the extension is not there or not loaded. */
    Uni<Set<Long>> roles() {
        return available()
                ? schema().chain(schema -> session.rows(ROLES.replace("{schema}", schema), row -> row.getLong("role")))
                        .map(roles -> (Set<Long>) new HashSet<>(roles))
                : Uni.createFrom().item(Set.of());
    }

    /** Statements on tables of tenants by roles that see every row. */
    Uni<List<Violation>> find(Isolation isolation, Set<Long> ran) {
        List<Relation> tables = isolation.tables.stream()
                .filter(Relation::rowSecurity)
                .limit(MOST_TABLES)
                .toList();
        List<Role> roles = ran.stream()
                .map(isolation.catalog.roles()::get)
                .filter(role -> role != null && suspicious(isolation, role, tables))
                .map(Role.class::cast)
                .toList();
        if (roles.isEmpty() || tables.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        String names =
                tables.stream().map(table -> quoted(table.name())).distinct().collect(joining("|"));
        return schema().chain(schema -> session.rows(
                        STATEMENTS
                                .replace("{schema}", schema)
                                .replace(
                                        "{roles}",
                                        roles.stream()
                                                .map(role -> String.valueOf(role.oid()))
                                                .collect(joining(",")))
                                .replace("{tables}", Sql.literal("\\m(" + names + ")\\M")),
                        RuntimeEvidence::ran))
                .map(statements -> violations(isolation, tables, statements));
    }

    /** Superusers are judged only if the configuration names them: people work as superusers. */
    private static boolean suspicious(Isolation isolation, Role role, List<Relation> tables) {
        return !isolation.tenancy.excludes(role.name())
                && (!role.superuser() || isolation.tenancy.names(role.name()))
                && tables.stream()
                        .anyMatch(table -> isolation.access(role.oid(), table).unfiltered());
    }

    private static String quoted(String name) {
        return name.replaceAll("([^A-Za-z0-9_])", "\\\\$1");
    }

    private Uni<String> schema() {
        return session.row(PLACE, row -> Sql.identifier(row.getString("schema")));
    }

    private static Ran ran(Row row) {
        return new Ran(row.getLong("role"), row.getLong("calls"), row.getString("query"));
    }

    private List<Violation> violations(Isolation isolation, List<Relation> tables, List<Ran> statements) {
        return statements.stream()
                .map(ran -> violation(isolation, tables, ran))
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Violation> violation(Isolation isolation, List<Relation> tables, Ran ran) {
        String role = isolation.role(ran.role);
        return tables.stream()
                .filter(table -> isolation.access(ran.role, table) != Access.OWNER || ran.calls >= REPEATED)
                .filter(table -> isolation.access(ran.role, table).unfiltered()
                        && Pattern.compile("(?i)(?<![\\w$])" + Pattern.quote(table.name()) + "(?![\\w$])")
                                .matcher(ran.query)
                                .find())
                .findFirst()
                .map(table -> Violation.of(
                        RULE,
                        RULE.severity(),
                        role + " " + table.label(),
                        role + " ran a statement on " + table.label() + " " + ran.calls + " times, and "
                                + reason(isolation.access(ran.role, table)) + ": " + QueryText.normalised(ran.query),
                        List.of(role),
                        null));
    }

    private static String reason(Access access) {
        return switch (access) {
            case NONE, ENFORCED -> "policies apply";
            case OPEN -> "row-level security is off";
            case OWNER -> "policies spare the owner";
            case BYPASS -> "it bypasses row-level security";
        };
    }
}
