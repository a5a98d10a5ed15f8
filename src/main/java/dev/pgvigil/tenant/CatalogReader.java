package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.RawText;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.tenant.TenantCatalog.Acl;
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
import dev.pgvigil.tenant.TenantCatalog.RoleSetting;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the system catalogues of a database: a bounded number of set-based statements, none of which reads a table of an application or
 * waits for a lock on one. Whether anything has changed since is answered by counters of the catalogues themselves.
 */
final class CatalogReader {

    /** The most objects of a kind that are read. */
    static final int MOST = 5000;

    static final int MOST_SCHEMAS = 3000;

    /** A word that names the tenant of a row, without the end {@code id}. */
    static final String WORDS = "tenant|org|organi[sz]ation|account|workspace|company";

    private static final String ACL = """
            (select pg_catalog.string_agg(x.grantee || ':' || x.privilege_type, ',')
              from pg_catalog.aclexplode(coalesce({acl}, pg_catalog.acldefault('{kind}', {owner}))) x)""";

    private static final String SYSTEM =
            "(pg_catalog.left(n.nspname::text, 3) = 'pg_' or n.nspname = 'information_schema')";

    private static final String EXTENSION = """
            exists (select from pg_catalog.pg_depend e where e.classid = '{class}'::pg_catalog.regclass
              and e.objid = {oid} and e.deptype = 'e')""";

    // A table that a session locks exclusively, or waits to lock: to print an expression would wait behind it.
    private static final String LOCKED = """
            exclusive as materialized (select l.relation from pg_catalog.pg_locks l
              where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.relation is not null
                and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))""";

    private static final List<String> WATCHED = List.of(
            "pg_class",
            "pg_attribute",
            "pg_namespace",
            "pg_policy",
            "pg_constraint",
            "pg_index",
            "pg_proc",
            "pg_rewrite",
            "pg_authid",
            "pg_auth_members",
            "pg_database",
            "pg_db_role_setting");

    /** Changes of the catalogues so far, and the roles of sessions: one cheap statement. */
    private static final String CHANGES = """
            select d.oid::int8 as database, pg_catalog.pg_is_in_recovery() as standby,
              (select pg_catalog.sum(pg_catalog.pg_stat_get_tuples_inserted(t) + pg_catalog.pg_stat_get_tuples_updated(t)
                  + pg_catalog.pg_stat_get_tuples_deleted(t))::int8
                from pg_catalog.unnest('{{tables}}'::pg_catalog.regclass[]) t) as changes,
              (select pg_catalog.string_agg(distinct a.usesysid::text, ',') from pg_catalog.pg_stat_activity a
                where a.datid = d.oid and a.backend_type = 'client backend'
                  and a.usesysid <> (select r.oid from pg_catalog.pg_roles r where r.rolname = current_user)) as sessions
            from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()""".replace(
                    "{{tables}}",
                    "{" + WATCHED.stream().map(name -> "pg_catalog." + name).collect(joining(",")) + "}");

    private static final String ROLES = """
            select r.oid::int8 as oid, {name} as name, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolinherit, r.rolcreaterole,
              r.rolreplication
            from pg_catalog.pg_roles r order by r.oid limit\s""".replace("{name}", RawText.sql("r.rolname")) + (MOST + 1);

    private static final String SCHEMAS = """
            select n.oid::int8 as oid, {name} as name, n.nspowner::int8 as owner, {acl} as acl, coalesce(t.number, 0) as number,
              t.hash
            from pg_catalog.pg_namespace n
              left join (select c.relnamespace, pg_catalog.count(*) as number,
                  pg_catalog.md5(pg_catalog.string_agg(c.relname::text, ',' order by c.relname)) as hash
                from pg_catalog.pg_class c where c.relkind in ('r', 'p') and not c.relispartition
                group by c.relnamespace) t on t.relnamespace = n.oid
            where not {system}
            order by n.oid limit\s""".replace("{name}", RawText.sql("n.nspname"))
                    .replace("{acl}", acl("n.nspacl", 'n', "n.nspowner"))
                    .replace("{system}", SYSTEM)
            + (MOST_SCHEMAS + 1);

    private static final String DATABASES =
            """
            select d.oid::int8 as oid, {name} as name, d.datdba::int8 as owner, {acl} as acl
            from pg_catalog.pg_database d where d.datallowconn and not d.datistemplate order by d.oid limit\s""".replace("{name}", RawText.sql("d.datname")).replace("{acl}", acl("d.datacl", 'd', "d.datdba"))
                    + (MOST + 1);

    private static final String RELATIONS = """
            select c.oid::int8 as oid, c.relnamespace::int8 as schema, {schema_name} as schema_name, c.relname::text as name,
              c.relkind::text as kind, c.relowner::int8 as owner, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
              (select i.inhparent::int8 from pg_catalog.pg_inherits i where i.inhrelid = c.oid order by i.inhseqno limit 1) as parent,
              c.reltuples::float8 as rows, {acl} as acl,
              (select pg_catalog.string_agg(x.grantee || ':' || x.privilege_type, ',')
                from pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) x
                where a.attrelid = c.oid and a.attnum > 0 and a.attacl is not null) as column_acl,
              {extension} as extension,
              exists (select from pg_catalog.unnest(c.reloptions) o where pg_catalog.split_part(o, '=', 1) = 'security_invoker'
                and pg_catalog.split_part(o, '=', 2)::bool) as invoker
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and not {system} and {schemas}
            order by c.oid limit\s""".replace("{schema_name}", RawText.sql("n.nspname"))
                    .replace("{acl}", acl("c.relacl", 'r', "c.relowner"))
                    .replace("{extension}", extension("pg_catalog.pg_class", "c.oid"))
                    .replace("{system}", SYSTEM)
            + (MOST + 1);

    // Since PostgreSQL 18 a NOT NULL constraint may not be valid yet.
    private static final String COLUMNS =
            """
            with {locked}
            select a.attrelid::int8 as oid, a.attnum::int4 as number, a.attname::text as name,
              pg_catalog.format_type(a.atttypid, null) as type, p.attnum is not null as in_policy,
              a.attnotnull and not exists (select from pg_catalog.pg_constraint k where k.conrelid = a.attrelid
                  and k.contype = 'n' and k.conkey = array[a.attnum] and not k.convalidated)
                or exists (select from pg_catalog.pg_constraint k where k.conrelid = a.attrelid and k.contype = 'c'
                  and k.convalidated and a.attnum = any (k.conkey)
                  and k.conrelid not in (select relation from exclusive)
                  and pg_catalog.pg_get_expr(k.conbin, k.conrelid)
                    = '(' || pg_catalog.quote_ident(a.attname) || ' IS NOT NULL)') as not_null
            from pg_catalog.pg_attribute a
              join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              left join (select distinct d.refobjid, d.refobjsubid as attnum from pg_catalog.pg_depend d
                where d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                  and d.refobjsubid > 0) p on p.refobjid = a.attrelid and p.attnum = a.attnum
            where a.attnum > 0 and not a.attisdropped and not {system} and {schemas}
              and (p.attnum is not null or a.attname = {column}
                or a.attname ~* '(^|_)({words})(_?(id|uuid|key))$')
            order by 1, 2 limit\s""".replace("{locked}", LOCKED).replace("{system}", SYSTEM).replace("{words}", WORDS) + (MOST + 1);

    private static final String POLICIES = """
            with {locked}
            select p.polrelid::int8 as oid, p.polname::text as name, p.polcmd::text as command, p.polpermissive,
              pg_catalog.array_to_string(p.polroles::int8[], ',') as roles,
              case when p.polrelid not in (select relation from exclusive)
                then pg_catalog.pg_get_expr(p.polqual, p.polrelid) end as using,
              case when p.polrelid not in (select relation from exclusive)
                then pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) end as check,
              p.polrelid in (select relation from exclusive) as unread,
              d.columns, coalesce(d.others, false) as others
            from pg_catalog.pg_policy p
              left join (select e.objid,
                  pg_catalog.string_agg(distinct e.refobjsubid::text, ',') filter (
                    where e.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.refobjsubid > 0
                      and e.refobjid = q.polrelid) as columns,
                  pg_catalog.bool_or(e.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                    or e.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.refobjid <> q.polrelid) as others
                from pg_catalog.pg_depend e join pg_catalog.pg_policy q on q.oid = e.objid
                where e.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass group by e.objid) d on d.objid = p.oid
            order by p.oid limit\s""".replace("{locked}", LOCKED) + (MOST + 1);

    private static final String NAMES = """
            (select pg_catalog.string_agg(a.attname::text, E'\\n' order by u.position)
              from pg_catalog.unnest(%s) with ordinality u(number, position)
              join pg_catalog.pg_attribute a on a.attrelid = %s and a.attnum = u.number)""";

    private static final String FOREIGN_KEYS = """
            select k.conname::text as name, k.conrelid::int8 as oid, k.confrelid::int8 as referenced,
              pg_catalog.array_to_string(k.conkey, ',') as columns, pg_catalog.array_to_string(k.confkey, ',') as others,
              {names} as names, {other_names} as other_names, k.convalidated
            from pg_catalog.pg_constraint k join pg_catalog.pg_namespace n on n.oid = k.connamespace
            where k.contype = 'f' and k.conparentid = 0 and not {system} and {schemas}
            order by k.oid limit\s""".replace("{system}", SYSTEM)
                    .replace("{names}", NAMES.formatted("k.conkey", "k.conrelid"))
                    .replace("{other_names}", NAMES.formatted("k.confkey", "k.confrelid"))
            + (MOST + 1);

    private static final String INDEXES = """
            select i.relname::text as name, x.indrelid::int8 as oid, pg_catalog.array_to_string(x.indkey::int2[], ',') as columns,
              x.indisunique, x.indisvalid and x.indisready and x.indislive and x.indpred is null as usable,
              exists (select from pg_catalog.pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u')) as key, x.indnkeyatts::int4 as keys,
              (select pg_catalog.string_agg(coalesce(a.attname::text, '') || ' ' || coalesce(pg_catalog.format_type(a.atttypid, null), ''),
                  E'\\n' order by k.position)
                from pg_catalog.unnest(x.indkey::int2[]) with ordinality k(number, position)
                left join pg_catalog.pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.number) as types
            from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid
            where x.indrelid in ({tables}) and not i.relispartition
            order by x.indexrelid limit\s""" + (MOST + 1);

    private static final String DEPENDENCIES = """
            select distinct r.ev_class::int8 as oid, d.refobjid::int8 as reads
            from pg_catalog.pg_rewrite r
              join pg_catalog.pg_class c on c.oid = r.ev_class and c.relkind in ('v', 'm')
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
                and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> r.ev_class
            where not {system} and {schemas}
            order by 1, 2 limit\s""".replace("{system}", SYSTEM) + (MOST + 1);

    // A trigger function cannot be called.
    private static final String FUNCTIONS = """
            select {schema_name} as schema_name, p.proname::text as name, pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments,
              p.proowner::int8 as owner, {acl} as acl,
              exists (select from pg_catalog.unnest(p.proconfig) s where pg_catalog.starts_with(s, 'search_path=')) as search_path
            from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and not {system} and p.prorettype not in ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
              and not {extension}
            order by p.oid limit\s""".replace("{schema_name}", RawText.sql("n.nspname"))
                    .replace("{acl}", acl("p.proacl", 'f', "p.proowner"))
                    .replace("{system}", SYSTEM)
                    .replace("{extension}", extension("pg_catalog.pg_proc", "p.oid"))
            + (MOST + 1);

    private static final String SETTINGS = """
            select s.setdatabase::int8 as database, s.setrole::int8 as role, {setting} as setting
            from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c(setting)
            where pg_catalog.starts_with(c.setting, 'search_path=') or pg_catalog.starts_with(c.setting, 'row_security=')
            limit\s""".replace("{setting}", RawText.sql("c.setting", 500)) + (MOST + 1);

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
                CHANGES,
                row -> new Changes(
                        row.getLong("database"),
                        row.getBoolean("standby"),
                        row.getLong("changes"),
                        oids(row.getString("sessions"))));
    }

    /**
     * Reads the catalogues.
     *
     * @param tenantSchemas decides which schemas are those of tenants; their tables are not read one by one
     */
    Uni<TenantCatalog> read(long database, Function<Map<Long, Schema>, Set<Long>> tenantSchemas) {
        return rows("roles", ROLES, CatalogReader::role)
                .chain(roles -> rows("memberships", memberships(), row -> membership(row, roles))
                        .chain(memberships -> limited("schemas", SCHEMAS, MOST_SCHEMAS, CatalogReader::schema)
                                .chain(schemas -> rows("databases", DATABASES, CatalogReader::database)
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
        return rows("columns", in(COLUMNS, filter).replace("{column}", column), CatalogReader::column)
                .chain(columns -> rows("policies", POLICIES, CatalogReader::policy)
                        .chain(policies -> details(filter, columns, policies, tenantSchemas)
                                .chain(details -> rows("settings", SETTINGS, CatalogReader::setting)
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
        return rows("relations", in(RELATIONS, filter), CatalogReader::relation)
                .chain(relations -> rows("foreign keys", in(FOREIGN_KEYS, filter), CatalogReader::foreignKey)
                        .chain(keys -> rows("indexes", INDEXES.replace("{tables}", listed), CatalogReader::index)
                                .chain(indexes -> rows(
                                                "views",
                                                in(DEPENDENCIES, filter),
                                                row -> new Dependency(row.getLong("oid"), row.getLong("reads")))
                                        .chain(views -> rows("functions", FUNCTIONS, CatalogReader::function)
                                                .map(functions ->
                                                        new Details(relations, keys, indexes, views, functions))))));
    }

    private static String in(String sql, String filter) {
        return sql.replace("{schemas}", filter);
    }

    private <T> Uni<List<T>> rows(String kind, String sql, Function<Row, T> mapping) {
        return limited(kind, sql, MOST, mapping);
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

    private String memberships() {
        String options = session.facts().major() >= 16
                ? "m.inherit_option as inherit, m.set_option as set"
                : "null::bool as inherit, true as set";
        return "select m.roleid::int8 as role, m.member::int8 as member, " + options
                + " from pg_catalog.pg_auth_members m order by m.roleid, m.member limit " + (MOST + 1);
    }

    private static String acl(String acl, char kind, String owner) {
        return ACL.replace("{acl}", acl).replace("{kind}", String.valueOf(kind)).replace("{owner}", owner);
    }

    private static String extension(String table, String oid) {
        return EXTENSION.replace("{class}", table).replace("{oid}", oid);
    }

    private static Role role(Row row) {
        return new Role(
                row.getLong("oid"),
                String.valueOf(RawText.of(row, "name")),
                row.getBoolean("rolsuper"),
                row.getBoolean("rolbypassrls"),
                row.getBoolean("rolcanlogin"),
                row.getBoolean("rolinherit"),
                row.getBoolean("rolcreaterole"),
                row.getBoolean("rolreplication"));
    }

    /** Before PostgreSQL 16 the member decides whether it inherits. */
    private static Membership membership(Row row, List<Role> roles) {
        long member = row.getLong("member");
        Boolean inherit = row.getBoolean("inherit");
        return new Membership(
                row.getLong("role"),
                member,
                inherit != null ? inherit : roles.stream().anyMatch(role -> role.oid() == member && role.inherit()),
                row.getBoolean("set"));
    }

    private static Schema schema(Row row) {
        return new Schema(
                row.getLong("oid"),
                String.valueOf(RawText.of(row, "name")),
                row.getLong("owner"),
                acl(row.getString("acl")),
                row.getLong("number"),
                row.getString("hash"));
    }

    private static DatabaseRow database(Row row) {
        return new DatabaseRow(
                row.getLong("oid"),
                String.valueOf(RawText.of(row, "name")),
                row.getLong("owner"),
                acl(row.getString("acl")));
    }

    private static Relation relation(Row row) {
        return new Relation(
                row.getLong("oid"),
                row.getLong("schema"),
                String.valueOf(RawText.of(row, "schema_name")),
                row.getString("name"),
                row.getString("kind"),
                row.getLong("owner"),
                row.getBoolean("relrowsecurity"),
                row.getBoolean("relforcerowsecurity"),
                row.getBoolean("relispartition"),
                row.getLong("parent"),
                row.getDouble("rows"),
                acl(row.getString("acl")),
                acl(row.getString("column_acl")),
                row.getBoolean("extension"),
                row.getBoolean("invoker"));
    }

    private static Column column(Row row) {
        return new Column(
                row.getLong("oid"),
                row.getInteger("number"),
                row.getString("name"),
                row.getString("type"),
                row.getBoolean("not_null"),
                row.getBoolean("in_policy"));
    }

    private static PolicyRow policy(Row row) {
        return new PolicyRow(
                row.getLong("oid"),
                row.getString("name"),
                row.getString("command"),
                row.getBoolean("polpermissive"),
                oids(row.getString("roles")),
                row.getString("using"),
                row.getString("check"),
                new HashSet<>(numbers(row.getString("columns"))),
                row.getBoolean("others"),
                row.getBoolean("unread"));
    }

    private static ForeignKey foreignKey(Row row) {
        return new ForeignKey(
                row.getString("name"),
                row.getLong("oid"),
                row.getLong("referenced"),
                numbers(row.getString("columns")),
                numbers(row.getString("others")),
                lines(row.getString("names")),
                lines(row.getString("other_names")),
                row.getBoolean("convalidated"));
    }

    private static Index index(Row row) {
        int keys = row.getInteger("keys");
        List<String> names = new ArrayList<>();
        List<String> types = new ArrayList<>();
        String listed = row.getString("types");
        for (String line : listed == null ? new String[0] : listed.split("\n", -1)) {
            int space = line.indexOf(' ');
            names.add(line.substring(0, Math.max(0, space)));
            types.add(line.substring(space + 1));
        }
        List<Integer> columns = numbers(row.getString("columns"));
        int most = Math.min(keys, Math.min(columns.size(), names.size()));
        return new Index(
                row.getString("name"),
                row.getLong("oid"),
                columns.subList(0, most),
                names.subList(0, most),
                types.subList(0, most),
                row.getBoolean("indisunique"),
                row.getBoolean("usable"),
                row.getBoolean("key"));
    }

    private static DefinerFunction function(Row row) {
        return new DefinerFunction(
                String.valueOf(RawText.of(row, "schema_name")),
                row.getString("name"),
                row.getString("arguments"),
                row.getLong("owner"),
                acl(row.getString("acl")),
                row.getBoolean("search_path"));
    }

    private static RoleSetting setting(Row row) {
        String setting = String.valueOf(RawText.of(row, "setting"));
        int equals = setting.indexOf('=');
        return new RoleSetting(
                row.getLong("database"),
                row.getLong("role"),
                setting.substring(0, equals),
                setting.substring(equals + 1));
    }

    /** {@code 10:SELECT,0:SELECT}; null or empty: nobody. */
    private static Acl acl(@Nullable String text) {
        Map<Long, Set<String>> grants = new HashMap<>();
        if (text != null) {
            for (String grant : text.split(",", -1)) {
                int colon = grant.indexOf(':');
                grants.computeIfAbsent(Long.valueOf(grant.substring(0, colon)), key -> new HashSet<>())
                        .add(grant.substring(colon + 1));
            }
        }
        return new Acl(grants);
    }

    private static List<String> lines(@Nullable String text) {
        return text == null ? List.of() : List.of(text.split("\n", -1));
    }

    private static Set<Long> oids(@Nullable String text) {
        Set<Long> found = new HashSet<>();
        if (text != null && !text.isEmpty()) {
            Arrays.stream(text.split(",", -1)).map(Long::valueOf).forEach(found::add);
        }
        return found;
    }

    private static List<Integer> numbers(@Nullable String text) {
        return text == null || text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("[, ]", -1)).map(Integer::valueOf).toList();
    }

    private static <T> Map<Long, T> byOid(List<T> list, Function<T, Long> oid) {
        Map<Long, T> map = new HashMap<>();
        list.forEach(each -> map.put(oid.apply(each), each));
        return map;
    }
}
