package dev.pgvigil.tenant;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.tenant.TenantCatalog.Schema;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the schemas of tenants with each other. The server makes a fingerprint of each, so that one row a schema is sent; only of a
 * group that differs from the most frequent one are the lines of one member read.
 */
final class SchemaDrift {

    private static final int BATCH = 200;
    private static final int MOST_GROUPS = 5;
    private static final int MOST_DIFFERENCES = 5;
    private static final int MOST_LINES = 5000;

    // Without names of the schema, order of columns, names that the server made, and values of sequences.
    private static final String LINES = """
            with objects(nsp, line) as (
              select c.relnamespace, 'table ' || c.relname || case when c.relkind = 'p' then ' partitioned' else '' end
                || case when c.relrowsecurity then ' with row-level security' else '' end
                || case when c.relforcerowsecurity then ' forced' else '' end
              from pg_catalog.pg_class c where c.relnamespace in ({schemas}) and c.relkind in ('r', 'p')
              union all
              select c.relnamespace, 'column ' || c.relname || '.' || a.attname || ' '
                || pg_catalog.replace(pg_catalog.format_type(a.atttypid, a.atttypmod), pg_catalog.quote_ident(n.nspname) || '.', '')
                || case when a.attnotnull then ' not null' else '' end || case when a.atthasdef then ' with default' else '' end
              from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              where c.relnamespace in ({schemas}) and c.relkind in ('r', 'p', 'v', 'm')
              union all
              select k.connamespace, 'constraint of ' || c.relname || ': '
                || pg_catalog.replace(pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.quote_ident(n.nspname) || '.', '')
              from pg_catalog.pg_constraint k join pg_catalog.pg_namespace n on n.oid = k.connamespace
                join pg_catalog.pg_class c on c.oid = k.conrelid
              where k.connamespace in ({schemas}) and k.contype in ('c', 'f', 'p', 'u', 'x')
              union all
              select c.relnamespace, 'index on ' || t.relname || ': ' || pg_catalog.regexp_replace(
                  pg_catalog.pg_get_indexdef(x.indexrelid), '^CREATE (UNIQUE )?INDEX .* ON .* USING ', '\\1USING ')
                || case when x.indisvalid then '' else ' invalid' end
              from pg_catalog.pg_index x join pg_catalog.pg_class c on c.oid = x.indexrelid
                join pg_catalog.pg_class t on t.oid = x.indrelid
              where c.relnamespace in ({schemas}) and t.relkind in ('r', 'p', 'm')
              union all
              select c.relnamespace, 'trigger ' || g.tgname || ' on ' || c.relname || ' ' || g.tgenabled::text
              from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid
              where c.relnamespace in ({schemas}) and not g.tgisinternal
              union all
              select c.relnamespace, 'policy ' || p.polname || ' on ' || c.relname
              from pg_catalog.pg_policy p join pg_catalog.pg_class c on c.oid = p.polrelid where c.relnamespace in ({schemas})
              union all
              select c.relnamespace, case c.relkind when 'v' then 'view ' when 'm' then 'materialized view ' else 'sequence ' end
                || c.relname
              from pg_catalog.pg_class c where c.relnamespace in ({schemas}) and c.relkind in ('v', 'm', 'S')
              union all
              select p.pronamespace, 'function ' || p.proname || ' of ' || p.pronargs || ' arguments, text '
                || pg_catalog.left(pg_catalog.md5(p.prosrc), 8)
              from pg_catalog.pg_proc p where p.pronamespace in ({schemas}))
            """;

    private static final String FINGERPRINTS = LINES + """
            select o.nsp::int8 as schema, pg_catalog.md5(pg_catalog.string_agg(o.line, E'\\n' order by o.line collate "C")) as hash
            from objects o group by o.nsp""";

    private static final String OF_ONE =
            LINES + "select o.line from objects o order by o.line collate \"C\" limit " + MOST_LINES;

    private static final DriftedSchema RULE = new DriftedSchema();

    private record Fingerprint(long schema, String hash) {}

    /** Schemas that are alike. */
    private record Group(String hash, List<Schema> schemas) {}

    private final Session session;
    private final Isolation isolation;

    SchemaDrift(Session session, Isolation isolation) {
        this.session = session;
        this.isolation = isolation;
    }

    /** A weakness for each group of schemas that differs from the most frequent one. */
    Uni<List<Violation>> find() {
        List<Long> schemas = isolation.layout.schemas().stream().sorted().toList();
        if (schemas.size() < 2) {
            return Uni.createFrom().item(List.of());
        }
        List<Fingerprint> found = new ArrayList<>();
        Uni<Void> all = Uni.createFrom().voidItem();
        for (int i = 0; i < schemas.size(); i += BATCH) {
            List<Long> batch = schemas.subList(i, Math.min(schemas.size(), i + BATCH));
            all = all.chain(() -> session.rows(
                            sql(FINGERPRINTS, batch),
                            row -> new Fingerprint(row.getLong("schema"), row.getString("hash")))
                    .invoke(found::addAll)
                    .replaceWithVoid());
        }
        return all.chain(() -> compare(groups(found)));
    }

    private static String sql(String sql, List<Long> schemas) {
        return sql.replace("{schemas}", schemas.stream().map(String::valueOf).collect(joining(",")));
    }

    /** The largest first. */
    private List<Group> groups(List<Fingerprint> found) {
        Map<String, List<Schema>> byHash = new HashMap<>();
        for (Fingerprint each : found) {
            Schema schema = isolation.catalog.schemas().get(each.schema);
            if (schema != null) {
                byHash.computeIfAbsent(each.hash, key -> new ArrayList<>()).add(schema);
            }
        }
        return byHash.entrySet().stream()
                .map(entry -> new Group(
                        entry.getKey(),
                        entry.getValue().stream()
                                .sorted(Comparator.comparing(Schema::name))
                                .toList()))
                .sorted(Comparator.<Group>comparingInt(group -> -group.schemas.size())
                        .thenComparing(Group::hash))
                .toList();
    }

    private Uni<List<Violation>> compare(List<Group> groups) {
        List<Violation> violations = new ArrayList<>();
        if (groups.size() < 2) {
            return Uni.createFrom().item(violations);
        }
        Group template = groups.getFirst();
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Group group : groups.stream().skip(1).limit(MOST_GROUPS).toList()) {
            all = all.chain(() -> lines(template))
                    .chain(expected ->
                            lines(group).invoke(actual -> violations.add(violation(template, group, expected, actual))))
                    .replaceWithVoid();
        }
        return all.map(done -> violations);
    }

    private Uni<Set<String>> lines(Group group) {
        return session.rows(
                        sql(OF_ONE, List.of(group.schemas.getFirst().oid())),
                        row -> Objects.requireNonNull(row.getString("line")))
                .map(TreeSet::new);
    }

    private static Violation violation(Group template, Group group, Set<String> expected, Set<String> actual) {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(actual);
        Set<String> more = new TreeSet<>(actual);
        more.removeAll(expected);
        List<String> differences = new ArrayList<>();
        missing.forEach(line -> differences.add("without " + line));
        more.forEach(line -> differences.add("with " + line));
        int hidden = Math.max(0, differences.size() - MOST_DIFFERENCES);
        return Violation.of(
                RULE,
                Severity.MEDIUM,
                group.schemas.getFirst().name(),
                HumanFormat.count(group.schemas.size(), "schema") + " (" + names(group) + ") "
                        + (group.schemas.size() == 1 ? "differs" : "differ") + " from "
                        + template.schemas.size() + " such as "
                        + template.schemas.getFirst().name() + ": "
                        + String.join("; ", differences.subList(0, differences.size() - hidden))
                        + (hidden == 0 ? "" : "; and " + hidden + " more"),
                List.of(),
                null);
    }

    private static String names(Group group) {
        int most = 5;
        return group.schemas.stream().limit(most).map(Schema::name).collect(joining(", "))
                + (group.schemas.size() > most ? ", …" : "");
    }
}
