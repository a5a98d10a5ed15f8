package dev.pgvigil.tenant;

import static java.util.stream.Collectors.toMap;

import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import dev.pgvigil.tenant.TenantCatalog.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the rules look at: the catalogues, the layout, the roles of applications, and which of them row-level security holds. Pure: it
 * decides as the server does ({@code check_enable_rls}) and asks nothing.
 */
final class Isolation {

    /** The most roles of applications that are looked at. */
    static final int MOST_ROLES = 50;

    private static final int MOST_UNJUDGED = 10;

    final TenantCatalog catalog;
    final Layout layout;
    final Tenancy tenancy;
    final Privileges privileges;

    /** Tables of tenants, and other tables with row-level security; by label. */
    final List<Relation> tables;

    /** Roles of applications, and those that they can become; by name. */
    final List<AppRole> roles;

    /** Number of roles of applications that are not looked at. */
    final int moreRoles;

    private final Map<Long, Column> tenantColumns;
    private final Map<Long, List<PolicyRow>> policies = new HashMap<>();

    /** How a role is known. */
    enum Source {
        CONFIGURED,
        OBSERVED,
        /** It may log in and use a table of tenants, but was not seen. */
        POSSIBLE
    }

    /**
     * A role of an application.
     *
     * @param from the role that connects and can become it; null: it connects itself
     */
    record AppRole(Role role, Source source, @Nullable String from) {

        long oid() {
            return role.oid();
        }

        String name() {
            return role.name();
        }
    }

    /** @param observed oids of the roles that have been seen to connect */
    Isolation(TenantCatalog catalog, Layout layout, Tenancy tenancy, Set<Long> observed) {
        this.catalog = catalog;
        this.layout = layout;
        this.tenancy = tenancy;
        this.privileges = new Privileges(catalog);
        catalog.policies()
                .forEach(policy -> policies.computeIfAbsent(policy.table(), key -> new ArrayList<>())
                        .add(policy));
        this.tenantColumns = catalog.columns().stream()
                .filter(column -> column.name().equals(layout.column()))
                .collect(toMap(Column::table, column -> column));
        this.tables = catalog.relations().values().stream()
                .filter(relation -> relation.table() && !relation.extension())
                .filter(relation -> layout.column() != null)
                .filter(relation -> tenantColumns.containsKey(relation.oid())
                        || relation.rowSecurity()
                        || policies.containsKey(relation.oid()))
                .sorted(Comparator.comparing(Relation::label))
                .toList();
        List<AppRole> all = roles(observed);
        this.roles = List.copyOf(all.subList(0, Math.min(MOST_ROLES, all.size())));
        this.moreRoles = all.size() - roles.size();
    }

    private List<AppRole> roles(Set<Long> observed) {
        Map<String, AppRole> found = new TreeMap<>();
        List<Role> candidates = catalog.roles().values().stream()
                .filter(role -> !tenancy.excludes(role.name()) && !role.replication() && !monitors(role))
                .sorted(Comparator.comparing(Role::name))
                .toList();
        if (tenancy.roles().isEmpty()) {
            List<Role> concerned = candidates.stream().filter(this::concerned).toList();
            add(found, concerned, Source.OBSERVED, role -> observed.contains(role.oid()) && !administers(role));
            if (found.isEmpty()) {
                add(found, concerned, Source.POSSIBLE, role -> role.login() && !administers(role));
            }
            if (found.isEmpty()) {
                add(found, concerned, Source.OBSERVED, role -> observed.contains(role.oid()));
            }
        } else {
            add(found, candidates, Source.CONFIGURED, role -> tenancy.names(role.name()));
        }
        for (AppRole direct : List.copyOf(found.values())) {
            privileges.settable(direct.oid()).stream()
                    .map(catalog.roles()::get)
                    .filter(role -> role != null && !tenancy.excludes(role.name()) && concerned(role))
                    .forEach(role -> found.putIfAbsent(role.name(), new AppRole(role, direct.source, direct.name())));
        }
        return new ArrayList<>(found.values());
    }

    private static void add(Map<String, AppRole> found, List<Role> candidates, Source source, Predicate<Role> which) {
        candidates.stream().filter(which).forEach(role -> found.put(role.name(), new AppRole(role, source, null)));
    }

    /** Roles with pg_monitor watch the server; pgvigil's is one of them. */
    private boolean monitors(Role role) {
        return !role.superuser()
                && privileges.inherited(role.oid()).stream()
                        .map(catalog.roles()::get)
                        .anyMatch(each -> each != null && each.name().equals("pg_monitor"));
    }

    /**
     * Superusers are people at work, and owners of tables migrate them, as long as another role can be the application's. What they do to
     * rows of tenants is seen in their statements.
     */
    private boolean administers(Role role) {
        return role.superuser()
                || tables.stream().anyMatch(table -> privileges.hasPrivilegesOf(role.oid(), table.owner()))
                || ownsSchemas(role);
    }

    private boolean ownsSchemas(Role role) {
        return layout.schemas().size() > 1
                && layout.schemas().stream()
                        .map(catalog.schemas()::get)
                        .allMatch(schema -> schema != null && schema.owner() == role.oid());
    }

    /** Whether a role has to do with tenants at all. */
    private boolean concerned(Role role) {
        return tables.stream().anyMatch(table -> touches(role.oid(), table))
                || layout.schemas().stream().anyMatch(schema -> privileges.usesSchema(role.oid(), schema))
                || (!layout.databases().isEmpty()
                        && catalog.databases().stream()
                                .filter(database -> database.oid() == catalog.database())
                                .anyMatch(database -> privileges.connects(role.oid(), database)));
    }

    private boolean touches(long role, Relation relation) {
        return !privileges.data(role, relation).isEmpty();
    }

    /** The tenant column of a table; null: it has none. */
    @Nullable
    Column column(Relation table) {
        return tenantColumns.get(table.oid());
    }

    /** Whether the index or key has the tenant column of the table at that place, or anywhere if it is negative. */
    boolean hasTenantColumn(Relation table, List<Integer> columns, int place) {
        Column column = column(table);
        int at = column == null ? -1 : columns.indexOf(column.number());
        return at >= 0 && (place < 0 || at == place);
    }

    /** Whether a foreign table has the tenant column. */
    boolean hasTenantColumn(Relation foreign) {
        return tenantColumns.containsKey(foreign.oid());
    }

    /** Whether a table above the partition has row-level security. */
    boolean protectedAbove(Relation partition) {
        Relation above = partition.parent() == null ? null : catalog.relations().get(partition.parent());
        return above != null && (above.rowSecurity() || (above.partition() && protectedAbove(above)));
    }

    List<PolicyRow> policies(Relation table) {
        return policies.getOrDefault(table.oid(), List.of());
    }

    /** What row-level security does for the role on the table. */
    Access access(long role, Relation table) {
        return touches(role, table) ? security(role, table) : Access.NONE;
    }

    /** The same, whether or not the role has a privilege on the table. */
    Access security(long role, Relation table) {
        Role known = catalog.roles().get(role);
        if (!table.rowSecurity()) {
            return Access.OPEN;
        }
        if (known != null && known.bypasses()) {
            return Access.BYPASS;
        }
        return privileges.hasPrivilegesOf(role, table.owner()) && !table.forced() ? Access.OWNER : Access.ENFORCED;
    }

    /** Policies for the role and the command. */
    List<PolicyRow> policies(long role, Relation table, String command, boolean permissive) {
        return policies(table).stream()
                .filter(policy -> policy.permissive() == permissive)
                .filter(policy ->
                        policy.command().equals("*") || policy.command().equals(command))
                .filter(policy -> concerns(policy, role))
                .toList();
    }

    /** Whether the policy is for the role. */
    boolean concerns(PolicyRow policy, long role) {
        return policy.roles().contains(Privileges.PUBLIC)
                || policy.roles().stream().anyMatch(each -> privileges.hasPrivilegesOf(role, each));
    }

    /** The rows that policies let the role read, where they apply. */
    PolicyScope reads(long role, Relation table) {
        Column column = column(table);
        PolicyScope widest = policies(role, table, "r", true).stream()
                .map(policy -> PolicyScope.of(policy.using(), policy, column))
                .reduce(PolicyScope.DENIED, PolicyScope::or);
        PolicyScope narrowest = policies(role, table, "r", false).stream()
                .map(policy -> policy.using() == null ? widest : PolicyScope.of(policy.using(), policy, column))
                .reduce(widest, (one, other) -> one.compareTo(other) <= 0 ? one : other);
        return narrowest;
    }

    /** Roles of applications that may use the table, for which row-level security does that. */
    List<AppRole> rolesWith(Relation table, Access access) {
        return roles.stream()
                .filter(role -> access(role.oid(), table) == access)
                .toList();
    }

    /** The views that read a relation, directly or through others, with the views on the way. */
    Map<Relation, Set<Relation>> readers() {
        Map<Relation, Set<Relation>> closures = new HashMap<>();
        catalog.relations().values().stream()
                .filter(relation -> relation.view() || relation.kind().equals("m"))
                .forEach(view -> closures.put(view, closure(view)));
        return closures;
    }

    private Set<Relation> closure(Relation view) {
        Set<Relation> found = new HashSet<>(Set.of(view));
        List<Relation> open = new ArrayList<>(found);
        while (!open.isEmpty()) {
            for (Relation read : reads(open.removeLast())) {
                if (found.add(read)) {
                    open.add(read);
                }
            }
        }
        found.remove(view);
        return found;
    }

    /** What a view reads directly. */
    List<Relation> reads(Relation view) {
        return catalog.dependencies().stream()
                .filter(each -> each.view() == view.oid())
                .map(each -> catalog.relations().get(each.reads()))
                .filter(each -> each != null)
                .map(Relation.class::cast)
                .toList();
    }

    /** Tables without the tenant column and without row-level security that refer to tables of tenants, at most ten. */
    List<String> unjudged(Instant now) {
        return catalog.foreignKeys().stream()
                .filter(key -> tenantColumns.containsKey(key.referenced()) && !tenantColumns.containsKey(key.table()))
                .map(key -> catalog.relations().get(key.table()))
                .filter(table -> table != null && !table.rowSecurity() && !table.extension())
                .map(Relation.class::cast)
                .filter(table -> roles.stream().anyMatch(role -> touches(role.oid(), table)))
                .filter(table -> tenancy.allowing(table.label(), "unprotected-table", now) == null)
                .map(Relation::label)
                .distinct()
                .sorted()
                .limit(MOST_UNJUDGED)
                .toList();
    }

    String role(long oid) {
        Role role = catalog.roles().get(oid);
        return role == null ? "a role that was dropped" : role.name();
    }
}
