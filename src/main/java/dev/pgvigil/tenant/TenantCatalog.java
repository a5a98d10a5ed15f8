package dev.pgvigil.tenant;

import dev.pgvigil.postgres.Sql;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the system catalogues of a database say about roles, tables, policies and privileges: the only source of the rules. No row of a
 * table. Immutable.
 *
 * @param database oid of this database
 * @param relations by oid; those of tenant schemas are left out
 * @param columns of the tables, those that may be a tenant column
 * @param unread how many objects of a kind were not read, because there are too many
 */
record TenantCatalog(
        int versionNumber,
        long database,
        Map<Long, Role> roles,
        List<Membership> memberships,
        Map<Long, Schema> schemas,
        Map<Long, Relation> relations,
        List<Column> columns,
        List<PolicyRow> policies,
        List<ForeignKey> foreignKeys,
        List<Index> indexes,
        List<Dependency> dependencies,
        List<DefinerFunction> functions,
        List<DatabaseRow> databases,
        List<RoleSetting> settings,
        Map<String, Long> unread) {

    TenantCatalog {
        roles = Map.copyOf(roles);
        memberships = List.copyOf(memberships);
        schemas = Map.copyOf(schemas);
        relations = Map.copyOf(relations);
        columns = List.copyOf(columns);
        policies = List.copyOf(policies);
        foreignKeys = List.copyOf(foreignKeys);
        indexes = List.copyOf(indexes);
        dependencies = List.copyOf(dependencies);
        functions = List.copyOf(functions);
        databases = List.copyOf(databases);
        settings = List.copyOf(settings);
        unread = Map.copyOf(unread);
    }

    int major() {
        return versionNumber / 10_000;
    }

    /** A role; {@code bypass} is its attribute BYPASSRLS. */
    record Role(
            long oid,
            String name,
            boolean superuser,
            boolean bypass,
            boolean login,
            boolean inherit,
            boolean createRole,
            boolean replication) {

        /** Whether row-level security never applies to it. */
        boolean bypasses() {
            return superuser || bypass;
        }
    }

    /** The member can use the privileges of the role if {@code inherit}, and become it if {@code set}. */
    record Membership(long role, long member, boolean inherit, boolean set) {}

    /**
     * Who has which privileges on an object.
     *
     * @param grants names of privileges by oid of the role; 0: everybody
     */
    record Acl(Map<Long, Set<String>> grants) {

        Acl {
            grants = Map.copyOf(grants);
        }
    }

    /**
     * A schema of applications.
     *
     * @param tables number of its tables
     * @param tablesHash of their names
     */
    record Schema(
            long oid,
            String name,
            long owner,
            Acl acl,
            long tables,
            @Nullable String tablesHash) {}

    /**
     * A table, view or materialized view.
     *
     * @param kind as {@code pg_class.relkind}
     * @param parent of a partition or of an inheriting table
     * @param columnAcl privileges on any of its columns
     * @param extension whether it belongs to an extension
     * @param invoker whether a view has {@code security_invoker}
     */
    record Relation(
            long oid,
            long schema,
            String schemaName,
            String name,
            String kind,
            long owner,
            boolean rowSecurity,
            boolean forced,
            boolean partition,
            @Nullable Long parent,
            double rows,
            Acl acl,
            Acl columnAcl,
            boolean extension,
            boolean invoker) {

        boolean table() {
            return kind.equals("r") || kind.equals("p");
        }

        boolean view() {
            return kind.equals("v");
        }

        /** {@code public.orders}. */
        String label() {
            return schemaName + "." + name;
        }

        /** {@code "public"."orders"}. */
        String quoted() {
            return Sql.identifier(schemaName) + "." + Sql.identifier(name);
        }
    }

    /**
     * A column whose name may be that of a tenant column, or that a policy reads.
     *
     * @param notNull whether it can hold no null: by NOT NULL or a valid CHECK
     * @param inPolicy whether a policy of its table reads it
     */
    record Column(long table, int number, String name, String type, boolean notNull, boolean inPolicy) {}

    /**
     * A policy.
     *
     * @param command {@code r}, {@code a}, {@code w}, {@code d} or {@code *}
     * @param roles 0: everybody
     * @param using as the server prints it; null: none
     * @param check as the server prints it; null: none
     * @param columns of its table that it reads, by number
     * @param readsOthers whether it reads other tables or calls functions that are not the system's
     * @param unread whether the expressions could not be read, because the table was locked
     */
    record PolicyRow(
            long table,
            String name,
            String command,
            boolean permissive,
            Set<Long> roles,
            @Nullable String using,
            @Nullable String check,
            Set<Integer> columns,
            boolean readsOthers,
            boolean unread) {

        PolicyRow {
            roles = Set.copyOf(roles);
            columns = Set.copyOf(columns);
        }
    }

    /** A foreign key: the numbers of its columns and of those they refer to. */
    record ForeignKey(
            String name,
            long table,
            long referenced,
            List<Integer> columns,
            List<Integer> to,
            List<String> names,
            List<String> toNames,
            boolean validated) {

        ForeignKey {
            columns = List.copyOf(columns);
            to = List.copyOf(to);
            names = List.copyOf(names);
            toNames = List.copyOf(toNames);
        }
    }

    /**
     * An index.
     *
     * @param columns numbers; 0: an expression
     * @param types of its columns
     * @param usable valid, complete, and of all rows
     * @param constraint whether it belongs to a primary key or unique constraint of the same name
     */
    record Index(
            String name,
            long table,
            List<Integer> columns,
            List<String> names,
            List<String> types,
            boolean unique,
            boolean usable,
            boolean constraint) {

        Index {
            columns = List.copyOf(columns);
            names = List.copyOf(names);
            types = List.copyOf(types);
        }
    }

    /** A view or materialized view reads a relation. */
    record Dependency(long view, long reads) {}

    /** A function with SECURITY DEFINER. */
    record DefinerFunction(String schemaName, String name, String arguments, long owner, Acl acl, boolean searchPath) {

        String label() {
            return schemaName + "." + name + "(" + arguments + ")";
        }

        String quoted() {
            return Sql.identifier(schemaName) + "." + Sql.identifier(name) + "(" + arguments + ")";
        }
    }

    /** A database of the server. */
    record DatabaseRow(long oid, String name, long owner, Acl acl) {}

    /** A setting of a role or database: 0 stands for all. */
    record RoleSetting(long database, long role, String name, String value) {}
}
