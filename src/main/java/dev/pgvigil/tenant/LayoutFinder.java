package dev.pgvigil.tenant;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.target.Glob;
import dev.pgvigil.tenant.TenantCatalog.Column;
import dev.pgvigil.tenant.TenantCatalog.DatabaseRow;
import dev.pgvigil.tenant.TenantCatalog.ForeignKey;
import dev.pgvigil.tenant.TenantCatalog.PolicyRow;
import dev.pgvigil.tenant.TenantCatalog.Relation;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds how a database separates its tenants: the configuration, then the columns that policies read, then the table of tenants and what
 * refers to it, then names. Names alone give a layout that is presumed. Pure.
 */
final class LayoutFinder {

    /** So many schemas or databases of the same kind are no coincidence. */
    private static final int LEAST = 3;

    private static final int LEAST_PREFIX = 2;

    private static final Pattern TENANT_COLUMN =
            Pattern.compile("(?i)(^|.*_)(" + CatalogQueries.WORDS + ")_?(id|uuid|key)");

    private static final Pattern ROOT =
            Pattern.compile("(?i)(.*_)?(tenants?|orgs?|organi[sz]ations?|accounts?|workspaces?|company|companies)");

    private static final Pattern CONTEXT =
            Pattern.compile("current_setting\\('([A-Za-z_][\\w$]*(?:\\.[A-Za-z_][\\w$]*)+)'", Pattern.CASE_INSENSITIVE);

    private final TenantCatalog catalog;
    private final Tenancy tenancy;
    private final List<String> evidence = new ArrayList<>();
    private boolean certain;

    private LayoutFinder(TenantCatalog catalog, Tenancy tenancy) {
        this.catalog = catalog;
        this.tenancy = tenancy;
    }

    static Layout find(TenantCatalog catalog, Tenancy tenancy) {
        return new LayoutFinder(catalog, tenancy).find();
    }

    private Layout find() {
        Long root = root();
        String column = wants(Layout.Wanted.ROWS) ? column(root) : null;
        Set<Long> schemas = schemas();
        Set<Long> databases = databases();
        return new Layout(certain, column, column == null ? null : context(), schemas, databases, root, evidence);
    }

    private boolean wants(Layout.Wanted layout) {
        return tenancy.layout() == layout || tenancy.layout() == Layout.Wanted.AUTO;
    }

    // The tenant column

    private @Nullable String column(@Nullable Long root) {
        if (!tenancy.column().isEmpty()) {
            return known(tenancy.column(), "the configuration names the tenant column " + tenancy.column());
        }
        String inPolicies = inPolicies();
        if (inPolicies != null) {
            return known(inPolicies, "policies of " + tables(inPolicies, true) + " read the column " + inPolicies);
        }
        String ofRoot = root == null ? null : referencing(root);
        return ofRoot == null ? byName() : ofRoot;
    }

    private String known(String column, String why) {
        certain = true;
        evidence.add(why);
        return column;
    }

    /** The column that most policies read; one that is named like a tenant column before others. */
    private @Nullable String inPolicies() {
        Map<String, Long> counts = catalog.columns().stream()
                .filter(column -> column.inPolicy() && readByContext(column))
                .collect(groupingBy(Column::name, counting()));
        return counts.entrySet().stream()
                .max(Comparator.<Map.Entry<String, Long>, Boolean>comparing(
                                entry -> TENANT_COLUMN.matcher(entry.getKey()).matches())
                        .thenComparing(Map.Entry::getValue)
                        .thenComparing(entry -> !entry.getKey().equals("id"))
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Whether a policy that reads the column compares it with something of the session, and is not a constant. */
    private boolean readByContext(Column column) {
        return catalog.policies().stream()
                .anyMatch(policy -> policy.table() == column.table()
                        && policy.columns().contains(column.number())
                        && (TENANT_COLUMN.matcher(column.name()).matches() || PolicyScope.usesContext(policy)));
    }

    private long tables(String column, boolean inPolicy) {
        return catalog.columns().stream()
                .filter(each -> each.name().equals(column) && (each.inPolicy() || !inPolicy))
                .count();
    }

    private @Nullable Long root() {
        Map<Long, Long> references = catalog.foreignKeys().stream()
                .filter(key -> key.table() != key.referenced())
                .collect(groupingBy(ForeignKey::referenced, counting()));
        return references.entrySet().stream()
                .filter(entry -> Optional.ofNullable(catalog.relations().get(entry.getKey()))
                        .map(Relation::name)
                        .filter(name -> ROOT.matcher(name).matches())
                        .isPresent())
                .max(Map.Entry.<Long, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** The column by which at least three tables refer to the root. */
    private @Nullable String referencing(Long root) {
        Map<String, Long> counts = new HashMap<>();
        catalog.foreignKeys().stream()
                .filter(key -> key.referenced() == root && key.columns().size() == 1)
                .forEach(key -> catalog.columns().stream()
                        .filter(column -> column.table() == key.table()
                                && column.number() == key.columns().getFirst())
                        .forEach(column -> counts.merge(column.name(), 1L, Long::sum)));
        String column = most(counts, LEAST);
        if (column != null) {
            evidence.add("foreign keys from the column " + column + " refer to " + label(root));
        }
        return column;
    }

    private @Nullable String byName() {
        long tables = catalog.relations().values().stream()
                .filter(relation -> relation.table() && !relation.partition() && !relation.extension())
                .count();
        Map<String, Long> counts = catalog.columns().stream()
                .filter(column -> TENANT_COLUMN.matcher(column.name()).matches())
                .filter(column -> Optional.ofNullable(catalog.relations().get(column.table()))
                        .filter(relation -> !relation.partition() && !relation.extension())
                        .isPresent())
                .collect(groupingBy(Column::name, counting()));
        String column = most(counts, Math.max(LEAST, (tables + 1) / 2));
        if (column != null) {
            evidence.add("the column " + column + " is in " + counts.get(column) + " of " + tables + " tables");
        }
        return column;
    }

    private static @Nullable String most(Map<String, Long> counts, long least) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= least)
                .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private String label(Long table) {
        Relation relation = catalog.relations().get(table);
        return relation == null ? "the table of tenants" : relation.label();
    }

    private @Nullable String context() {
        if (!tenancy.context().isEmpty()) {
            return tenancy.context();
        }
        Map<String, Long> counts = new HashMap<>();
        for (PolicyRow policy : catalog.policies()) {
            Matcher found = CONTEXT.matcher(policy.using() == null ? "" : policy.using());
            while (found.find()) {
                counts.merge(found.group(1), 1L, Long::sum);
            }
        }
        String context = most(counts, 1);
        if (context != null) {
            evidence.add("policies take the tenant from the setting " + context);
        }
        return context;
    }

    // Schemas and databases

    private Set<Long> schemas() {
        Set<Long> schemas = tenantSchemas(catalog.schemas(), tenancy);
        if (schemas.isEmpty()) {
            return schemas;
        }
        Privileges privileges = new Privileges(catalog);
        boolean ownRoles = catalog.roles().values().stream()
                .filter(role -> role.login() && !role.bypasses())
                .anyMatch(role -> schemas.stream()
                                .filter(schema -> privileges.usesSchema(role.oid(), schema))
                                .count()
                        == 1);
        certain |= !tenancy.schemas().isEmpty() || ownRoles;
        evidence.add(
                tenancy.schemas().isEmpty()
                        ? HumanFormat.count(schemas.size(), "schema") + " have the same tables"
                                + (ownRoles ? ", and roles that may use one of them alone" : "")
                        : "the configuration names the schemas " + tenancy.schemas());
        return schemas;
    }

    /** The schemas of tenants: as configured, or at least three that have tables of the same names, and those with their prefix. */
    static Set<Long> tenantSchemas(Map<Long, Schema> all, Tenancy tenancy) {
        if (tenancy.layout() != Layout.Wanted.AUTO && tenancy.layout() != Layout.Wanted.SCHEMAS) {
            return Set.of();
        }
        if (!tenancy.schemas().isEmpty()) {
            Glob pattern = new Glob(tenancy.schemas());
            return all.values().stream()
                    .filter(schema -> pattern.matches(schema.name()))
                    .map(Schema::oid)
                    .collect(toSet());
        }
        Map<String, List<Schema>> alike = all.values().stream()
                .filter(schema -> schema.tables() >= 2
                        && schema.tablesHash() != null
                        && !schema.name().equals("public"))
                .collect(groupingBy(schema -> String.valueOf(schema.tablesHash())));
        List<Schema> modal = alike.values().stream()
                .max(Comparator.<List<Schema>>comparingInt(List::size))
                .filter(group -> group.size() >= LEAST)
                .orElse(List.of());
        if (modal.isEmpty()) {
            return Set.of();
        }
        String prefix = prefix(modal.stream().map(Schema::name).toList());
        return all.values().stream()
                .filter(schema -> modal.contains(schema)
                        || (prefix.length() > LEAST_PREFIX
                                && schema.tables() > 0
                                && schema.name().startsWith(prefix)))
                .map(Schema::oid)
                .collect(toSet());
    }

    private static String prefix(List<String> names) {
        String prefix = names.getFirst();
        for (String name : names) {
            while (!name.startsWith(prefix)) {
                prefix = prefix.substring(0, prefix.length() - 1);
            }
        }
        return prefix;
    }

    /** The databases of tenants: as configured, or those with this one's prefix, of which at least three have an owner of their own. */
    private Set<Long> databases() {
        if (!wants(Layout.Wanted.DATABASES)) {
            return Set.of();
        }
        DatabaseRow own = catalog.databases().stream()
                .filter(database -> database.oid() == catalog.database())
                .findFirst()
                .orElse(null);
        if (own == null) {
            return Set.of();
        }
        boolean configured = !tenancy.databases().isEmpty();
        int end = Math.max(own.name().lastIndexOf('_'), own.name().lastIndexOf('-'));
        if (!configured && end < LEAST_PREFIX) {
            return Set.of();
        }
        Glob pattern = new Glob(configured ? tenancy.databases() : own.name().substring(0, end + 1) + "*");
        List<DatabaseRow> group = catalog.databases().stream()
                .filter(database -> pattern.matches(database.name()))
                .toList();
        boolean ownOwners = group.stream().map(DatabaseRow::owner).distinct().count() == group.size();
        if (!group.contains(own) || (!configured && (group.size() < LEAST || !ownOwners))) {
            return Set.of();
        }
        certain = true;
        evidence.add(
                configured
                        ? "the configuration names the databases " + pattern
                        : HumanFormat.count(group.size(), "database") + " are named " + pattern
                                + ", each with an owner of its own");
        return group.stream().map(DatabaseRow::oid).collect(toSet());
    }
}
