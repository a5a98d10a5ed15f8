package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.DatabaseRow;
import dev.pgvigil.tenant.TenantCatalog.DefinerFunction;
import dev.pgvigil.tenant.TenantCatalog.Dependency;
import dev.pgvigil.tenant.TenantCatalog.ForeignKey;
import dev.pgvigil.tenant.TenantCatalog.Index;
import dev.pgvigil.tenant.TenantCatalog.Membership;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import dev.pgvigil.tenant.TenantCatalog.Role;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the system catalogues of a database: a bounded number of set-based statements, none of which reads a table of an application or
 * waits for a lock on one. Whether anything has changed since is answered by counters of the catalogues themselves.
 */
final class CatalogReader {

    private final Session session;
    private final Tenancy tenancy;
    private final Map<String, Long> unread = new HashMap<>();

    CatalogReader(Session session, Tenancy tenancy) {
        this.session = session;
        this.tenancy = tenancy;
    }

    /**
     * The state of the change detector.
     *
     * @param changes of the catalogues so far; on a standby it does not rise
     * @param sessions oids of the roles that have a session in this database
     */
    record Changes(long database, boolean standby, long changes, Set<Long> sessions) {}

    static Uni<Changes> changes(Session session) {
        return session.row(
                CatalogQueries.CHANGES,
                row -> new Changes(
                        row.getLong("database"),
                        row.getBoolean("standby"),
                        row.getLong("changes"),
                        CatalogRows.oids(row.getString("sessions"))));
    }

    /**
     * Reads the catalogues.
     *
     * @param tenantSchemas decides which schemas are those of tenants; their tables are not read one by one
     */
    Uni<TenantCatalog> read(long database, Function<Map<Long, Schema>, Set<Long>> tenantSchemas) {
        return rows("roles", CatalogQueries.ROLES, CatalogRows::role)
                .chain(roles -> rows(
                                "memberships",
                                CatalogQueries.memberships(session.facts().major()),
                                row -> CatalogRows.membership(row, roles))
                        .chain(memberships -> limited(
                                        "schemas",
                                        CatalogQueries.SCHEMAS,
                                        CatalogQueries.MOST_SCHEMAS,
                                        CatalogRows::schema)
                                .chain(schemas -> rows("databases", CatalogQueries.DATABASES, CatalogRows::database)
                                        .chain(databases -> tables(
                                                database,
                                                roles,
                                                memberships,
                                                schemas,
                                                databases,
                                                tenantSchemas.apply(byOid(schemas, Schema::oid)))))));
    }

    private Uni<TenantCatalog> tables(
            long database,
            List<Role> roles,
            List<Membership> memberships,
            List<Schema> schemas,
            List<DatabaseRow> databases,
            Set<Long> tenantSchemas) {
        String filter = tenantSchemas.isEmpty()
                ? "true"
                : "n.oid not in ("
                        + tenantSchemas.stream().sorted().map(String::valueOf).collect(joining(",")) + ")";
        String column = Sql.literal(tenancy.column());
        return rows("columns", in(CatalogQueries.COLUMNS, filter).replace("{column}", column), CatalogRows::column)
                .chain(columns -> rows("policies", CatalogQueries.POLICIES, CatalogRows::policy)
                        .chain(policies -> details(filter, columns, policies, tenantSchemas)
                                .chain(details -> rows("settings", CatalogQueries.SETTINGS, CatalogRows::setting)
                                        .map(settings -> new TenantCatalog(
                                                session.facts().versionNumber(),
                                                database,
                                                byOid(roles, Role::oid),
                                                memberships,
                                                byOid(schemas, Schema::oid),
                                                byOid(details.relations, Relation::oid),
                                                columns,
                                                policies,
                                                details.foreignKeys,
                                                details.indexes,
                                                details.dependencies,
                                                details.functions,
                                                databases,
                                                settings,
                                                unread)))));
    }

    private record Details(
            List<Relation> relations,
            List<ForeignKey> foreignKeys,
            List<Index> indexes,
            List<Dependency> dependencies,
            List<DefinerFunction> functions) {}

    /** Only where something may belong to tenants: most databases have none. */
    private Uni<Details> details(
            String filter, List<Column> columns, List<PolicyRow> policies, Set<Long> tenantSchemas) {
        if (columns.isEmpty() && policies.isEmpty() && tenantSchemas.size() < 2) {
            return Uni.createFrom().item(new Details(List.of(), List.of(), List.of(), List.of(), List.of()));
        }
        Set<Long> tables = new HashSet<>();
        columns.forEach(column -> tables.add(column.table()));
        policies.forEach(policy -> tables.add(policy.table()));
        String listed = tables.isEmpty()
                ? "0"
                : tables.stream().sorted().map(String::valueOf).collect(joining(","));
        return rows("relations", in(CatalogQueries.RELATIONS, filter), CatalogRows::relation)
                .chain(relations -> rows(
                                "foreign keys", in(CatalogQueries.FOREIGN_KEYS, filter), CatalogRows::foreignKey)
                        .chain(keys -> rows(
                                        "indexes",
                                        CatalogQueries.INDEXES.replace("{tables}", listed),
                                        CatalogRows::index)
                                .chain(indexes -> rows(
                                                "views",
                                                in(CatalogQueries.DEPENDENCIES, filter),
                                                row -> new Dependency(row.getLong("oid"), row.getLong("reads")))
                                        .chain(views -> rows(
                                                        "functions", CatalogQueries.FUNCTIONS, CatalogRows::function)
                                                .map(functions ->
                                                        new Details(relations, keys, indexes, views, functions))))));
    }

    private static String in(String sql, String filter) {
        return sql.replace("{schemas}", filter);
    }

    private <T> Uni<List<T>> rows(String kind, String sql, Function<Row, T> mapping) {
        return limited(kind, sql, CatalogQueries.MOST, mapping);
    }

    /** One row more than is read tells that there are more. */
    private <T> Uni<List<T>> limited(String kind, String sql, int most, Function<Row, T> mapping) {
        return session.rows(sql, mapping).map(all -> {
            if (all.size() <= most) {
                return all;
            }
            unread.put(kind, (long) most);
            return all.subList(0, most);
        });
    }

    private static <T> Map<Long, T> byOid(List<T> list, Function<T, Long> oid) {
        Map<Long, T> map = new HashMap<>();
        list.forEach(each -> map.put(oid.apply(each), each));
        return map;
    }
}
