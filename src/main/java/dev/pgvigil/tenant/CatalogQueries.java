package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.RawText;
import java.util.List;

/**
 * The statements by which {@link CatalogReader} reads the system catalogues: set-based, bounded, and without a lock on a table of an
 * application. Each reads one row more than is kept, which tells that there are more.
 */
final class CatalogQueries {

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
    static final String CHANGES = """
            select d.oid::int8 as database, pg_catalog.pg_is_in_recovery() as standby,
              (select pg_catalog.sum(pg_catalog.pg_stat_get_tuples_inserted(t) + pg_catalog.pg_stat_get_tuples_updated(t)
                  + pg_catalog.pg_stat_get_tuples_deleted(t))::int8
                from pg_catalog.unnest('{{tables}}'::pg_catalog.regclass[]) t) as changes,
              (select pg_catalog.string_agg(distinct a.usesysid::text, ',') from pg_catalog.pg_stat_activity a
                where a.datid = d.oid and a.backend_type = 'client backend'
                  and a.usesysid <> pg_catalog.to_regrole(pg_catalog.quote_ident(current_user::text))::oid) as sessions
            from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()""".replace(
                    "{{tables}}",
                    "{" + WATCHED.stream().map(name -> "pg_catalog." + name).collect(joining(",")) + "}");

    static final String ROLES = """
            select r.oid::int8 as oid, {name} as name, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolinherit, r.rolcreaterole,
              r.rolreplication
            from pg_catalog.pg_roles r order by r.oid limit\s""".replace("{name}", RawText.sql("r.rolname")) + (MOST + 1);

    static final String SCHEMAS = """
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

    static final String DATABASES =
            """
            select d.oid::int8 as oid, {name} as name, d.datdba::int8 as owner, {acl} as acl
            from pg_catalog.pg_database d where d.datallowconn and not d.datistemplate order by d.oid limit\s""".replace("{name}", RawText.sql("d.datname")).replace("{acl}", acl("d.datacl", 'd', "d.datdba"))
                    + (MOST + 1);

    static final String RELATIONS = """
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
    static final String COLUMNS =
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

    static final String POLICIES = """
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

    static final String FOREIGN_KEYS = """
            select k.conname::text as name, k.conrelid::int8 as oid, k.confrelid::int8 as referenced,
              pg_catalog.array_to_string(k.conkey, ',') as columns, pg_catalog.array_to_string(k.confkey, ',') as others,
              {names} as names, {other_names} as other_names, k.convalidated
            from pg_catalog.pg_constraint k join pg_catalog.pg_namespace n on n.oid = k.connamespace
            where k.contype = 'f' and k.conparentid = 0 and not {system} and {schemas}
            order by k.oid limit\s""".replace("{system}", SYSTEM)
                    .replace("{names}", NAMES.formatted("k.conkey", "k.conrelid"))
                    .replace("{other_names}", NAMES.formatted("k.confkey", "k.confrelid"))
            + (MOST + 1);

    static final String INDEXES = """
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

    static final String DEPENDENCIES = """
            select distinct r.ev_class::int8 as oid, d.refobjid::int8 as reads
            from pg_catalog.pg_rewrite r
              join pg_catalog.pg_class c on c.oid = r.ev_class and c.relkind in ('v', 'm')
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
                and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> r.ev_class
            where not {system} and {schemas}
            order by 1, 2 limit\s""".replace("{system}", SYSTEM) + (MOST + 1);

    // A trigger function cannot be called.
    static final String FUNCTIONS = """
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

    static final String SETTINGS = """
            select s.setdatabase::int8 as database, s.setrole::int8 as role, {setting} as setting
            from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c(setting)
            where pg_catalog.starts_with(c.setting, 'search_path=') or pg_catalog.starts_with(c.setting, 'row_security=')
            limit\s""".replace("{setting}", RawText.sql("c.setting", 500)) + (MOST + 1);

    private CatalogQueries() {}

    /** Memberships, as the major version has them. */
    static String memberships(int major) {
        String options =
                major >= 16 ? "m.inherit_option as inherit, m.set_option as set" : "null::bool as inherit, true as set";
        return "select m.roleid::int8 as role, m.member::int8 as member, " + options
                + " from pg_catalog.pg_auth_members m order by m.roleid, m.member limit " + (MOST + 1);
    }

    private static String acl(String acl, char kind, String owner) {
        return ACL.replace("{acl}", acl).replace("{kind}", String.valueOf(kind)).replace("{owner}", owner);
    }

    private static String extension(String table, String oid) {
        return EXTENSION.replace("{class}", table).replace("{oid}", oid);
    }
}
