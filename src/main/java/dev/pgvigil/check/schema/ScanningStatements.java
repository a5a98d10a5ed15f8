package dev.pgvigil.check.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.check.QueryText;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.schema.MissingIndexes.Table;
import dev.pgvigil.check.schema.ScanMemory.Counted;
import dev.pgvigil.check.schema.ScanMemory.Scanned;
import dev.pgvigil.check.schema.ScanningStatement.Proof;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the statements that scan a table, in {@code pg_stat_statements} of the session's database, and the columns on which an index
 * would serve them. Texts are read only while a large table is scanned. Where the grants of level 2 are there, the server plans these
 * statements; nothing is executed. Without the extension or the privilege to read it there are none.
 */
final class ScanningStatements {

    /** Statements of which the texts are read, and the most that the function of level 2 plans at once. */
    static final int MOST = 10;

    /** A scan reads all blocks of the table, but the table may have grown since its size was read. */
    private static final double WHOLE = 0.5;

    /** Of more rows than this share a scan is cheaper than an index. */
    private static final double FEW = 0.1;

    private static final int TEXT_BYTES = 8_000;
    private static final int PLAN_BYTES = 250_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern AGGREGATES = Pattern.compile(
            "\\b(?:count|sum|avg|min|max|array_agg|string_agg)\\s?\\(|\\blimit\\b|\\bgroup by\\b|\\bdistinct\\b");

    private static final String EXTENSION = """
            select n.nspname::text as schema
            from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
            where e.extname = 'pg_stat_statements' and pg_catalog.current_setting('pg_stat_statements.max', true) is not null""";

    private static final String COUNTERS = """
            select s.queryid, pg_catalog.sum(s.calls)::float8 as calls, pg_catalog.sum(s.rows)::float8 as rows,
              pg_catalog.sum(s.shared_blks_hit + s.shared_blks_read)::float8
                * pg_catalog.current_setting('block_size')::float8 as bytes
            from {schema}.pg_stat_statements(false) s
            where s.queryid is not null and s.calls > 0
              and s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
              and s.userid <> pg_catalog.to_regrole(pg_catalog.quote_ident(session_user::text))::oid
            group by s.queryid order by bytes desc limit 200""";

    private static final String TEXTS = """
            select distinct on (s.queryid) s.queryid, {query} as query
            from {schema}.pg_stat_statements(true) s
            where s.queryid in ({ids})
              and s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
            order by s.queryid""";

    private static final String RELATION = """
            (select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where n.nspname = {schemaname} and c.relname = {relname})""";

    // Statistics can be read only of tables on which pgvigil has SELECT; others have none.
    private static final String COLUMNS = """
            select a.attname::text as attname, t.typname::text as typname, s.n_distinct::float8 as n_distinct,
              s.most_common_freqs[1]::float8 as most_common
            from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
              left join pg_catalog.pg_stats s on s.schemaname = {schemaname} and s.tablename = {relname}
                and s.attname = a.attname and not s.inherited
            where a.attrelid = {relation} and a.attnum > 0 and not a.attisdropped limit 1600""";

    private static final String INDEXES = """
            select x.relname::text as index, n.nspname::text as schemaname, a.attname::text as attname,
              i.indisvalid and i.indisready as valid
            from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
              join pg_catalog.pg_namespace n on n.oid = x.relnamespace
              join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = {relation} and i.indpred is null limit 500""";

    private static final String GRANTED = """
            select not o.rolsuper and f.prosecdef and pg_catalog.has_schema_privilege(n.oid, 'usage')
              and pg_catalog.has_function_privilege(f.oid, 'execute') as granted
            from pg_catalog.pg_proc f join pg_catalog.pg_namespace n on n.oid = f.pronamespace
              join pg_catalog.pg_roles o on o.oid = f.proowner
            where n.nspname = 'pgvigil' and f.proname = 'generic_plans' and f.pronargs = 1
              and f.proargtypes[0] = 'pg_catalog.int8[]'::pg_catalog.regtype""";

    private static final String PLANS = "select p.id, " + RawText.sql("p.plan", PLAN_BYTES)
            + " as plan from pgvigil.generic_plans('{{ids}}'::int8[]) p where p.plan is not null";

    private final Session session;
    private final Table table;
    private final List<Counted> suspects;
    private final String schema;

    private ScanningStatements(Session session, Table table, List<Counted> suspects, String schema) {
        this.session = session;
        this.table = table;
        this.suspects = suspects;
        this.schema = schema;
    }

    private record Column(
            String name,
            String type,
            @Nullable Double distinct,
            @Nullable Double mostCommon) {

        /** The share of rows that an ordinary value has, at most; null: not known. */
        @Nullable
        Double share(double rows) {
            if (distinct == null || distinct == 0) {
                return null;
            }
            double values = distinct > 0 ? distinct : -distinct * Math.max(1, rows);
            return Math.max(1 / Math.max(1, values), mostCommon == null ? 0 : mostCommon);
        }
    }

    private record Index(String name, String column, boolean valid) {}

    private record Text(long queryid, String query) {}

    /** The scan of the table in the plan of a statement. */
    private record Scan(String filter, double rows) {}

    /** The plans of statements: those that are known, and the scans of the table in them. */
    private record Plans(Set<Long> known, Map<Long, Scan> scans) {}

    private record Details(Map<String, Column> columns, List<Index> indexes, Plans plans) {

        Map<String, String> types() {
            return columns.values().stream().collect(Collectors.toMap(Column::name, Column::type));
        }
    }

    /** Those of the most scanned of these tables, those that read most first. */
    static Uni<List<ScanningStatement>> of(Session session, List<Table> large, long least) {
        ScanMemory memory = session.memory(_ -> new ScanMemory());
        Optional<Scanned> scanned = memory.mostScanned(large, least);
        if (large.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return session.rows(EXTENSION, row -> row.getString("schema"))
                .flatMap(found -> found.isEmpty()
                        ? Uni.createFrom().item(List.<ScanningStatement>of())
                        : session.rows(
                                        COUNTERS.replace("{schema}", Sql.identifier(found.getFirst())),
                                        ScanningStatements::counted)
                                .flatMap(counted -> {
                                    List<Counted> grown = memory.advance(
                                                    counted,
                                                    scanned.map(Scanned::ever).orElse(false))
                                            .toList();
                                    return scanned.map(Scanned::table)
                                            .map(table -> new ScanningStatements(
                                                            session, table, suspects(table, grown), found.getFirst())
                                                    .named())
                                            .orElse(Uni.createFrom().item(List.of()));
                                }))
                // The scans are reported without a statement then.
                .onFailure(FailureException.class)
                .recoverWithItem(List.of());
    }

    private static List<Counted> suspects(Table table, List<Counted> grown) {
        return grown.stream()
                .filter(one -> one.bytesPerCall() >= WHOLE * table.bytes())
                .sorted(Comparator.comparingDouble(Counted::bytes).reversed())
                .limit(MOST)
                .toList();
    }

    private Uni<List<ScanningStatement>> named() {
        if (suspects.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return session.rows(
                        TEXTS.replace("{schema}", Sql.identifier(schema))
                                .replace("{query}", RawText.sql("s.query", TEXT_BYTES))
                                .replace("{ids}", ids(suspects.stream().map(Counted::queryid))),
                        row -> new Text(row.getLong("queryid"), String.valueOf(RawText.of(row, "query"))))
                .flatMap(texts -> {
                    Map<Long, String> queries = texts.stream()
                            .filter(text -> mentions(text.query))
                            .collect(Collectors.toMap(Text::queryid, text -> QueryText.normalised(text.query)));
                    return queries.isEmpty()
                            ? Uni.createFrom().item(List.<ScanningStatement>of())
                            : details(queries)
                                    .map(details -> suspects.stream()
                                            .filter(one -> queries.containsKey(one.queryid()))
                                            .map(one ->
                                                    statement(one, String.valueOf(queries.get(one.queryid())), details))
                                            .flatMap(Optional::stream)
                                            .toList());
                });
    }

    private boolean mentions(String query) {
        return query.toLowerCase(Locale.ROOT).contains(table.relname().toLowerCase(Locale.ROOT));
    }

    private Uni<Details> details(Map<Long, String> queries) {
        return session.rows(named(COLUMNS), ScanningStatements::column)
                .flatMap(columns -> session.rows(named(INDEXES), ScanningStatements::index)
                        .flatMap(indexes -> plans(queries.keySet().stream())
                                .map(plans -> new Details(
                                        columns.stream().collect(Collectors.toMap(Column::name, column -> column)),
                                        indexes,
                                        plans))));
    }

    private String named(String sql) {
        return sql.replace("{relation}", RELATION)
                .replace("{schemaname}", Sql.literal(table.schemaname()))
                .replace("{relname}", Sql.literal(table.relname()));
    }

    /** None without the grants of level 2. */
    private Uni<Plans> plans(Stream<Long> queryids) {
        String wanted = ids(queryids);
        return session.rows(GRANTED, row -> row.getBoolean("granted"))
                .flatMap(granted -> granted.equals(List.of(true))
                        ? session.rows(
                                PLANS.replace("{ids}", wanted),
                                row -> Map.entry(row.getLong("id"), String.valueOf(RawText.of(row, "plan"))))
                        : Uni.createFrom().item(List.<Map.Entry<Long, String>>of()))
                .map(plans -> {
                    Map<Long, Scan> scans = new HashMap<>();
                    plans.forEach(plan -> scan(plan.getValue()).ifPresent(scan -> scans.put(plan.getKey(), scan)));
                    return new Plans(plans.stream().map(Map.Entry::getKey).collect(Collectors.toSet()), scans);
                });
    }

    private static String ids(Stream<Long> queryids) {
        return queryids.map(String::valueOf).collect(Collectors.joining(","));
    }

    private Optional<Scan> scan(String plan) {
        try {
            return scan(JSON.readTree(plan).path(0).path("Plan"));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private Optional<Scan> scan(JsonNode node) {
        if (node.path("Node Type").asText().equals("Seq Scan")
                && node.path("Relation Name").asText().equals(table.relname())) {
            return Optional.of(new Scan(
                    node.path("Filter").asText(), node.path("Plan Rows").asDouble()));
        }
        for (JsonNode child : node.path("Plans")) {
            Optional<Scan> below = scan(child);
            if (below.isPresent()) {
                return below;
            }
        }
        return Optional.empty();
    }

    /** Empty if the statement was planned, and the plan does not scan the table. */
    private Optional<ScanningStatement> statement(Counted counted, String query, Details details) {
        Scan scan = details.plans.scans.get(counted.queryid());
        if (scan == null && details.plans.known.contains(counted.queryid())) {
            return Optional.empty();
        }
        Optional<IndexColumns> compared = scan == null
                ? IndexColumns.ofStatement(query, table.relname(), details.types())
                : IndexColumns.ofFilter(scan.filter, details.types());
        Double share = compared.map(columns -> share(columns, details)).orElse(null);
        Proof proof = proof(scan, share, compared.orElse(null));
        boolean serves = switch (proof) {
            case PLAN -> scan != null && scan.rows <= FEW * table.rows() && (share == null || share <= FEW);
            case STATISTICS -> share != null && share <= FEW;
            case TEXT ->
                AGGREGATES.matcher(query.toLowerCase(Locale.ROOT)).find()
                        || counted.rows() / counted.calls() <= FEW * table.rows();
        };
        List<String> columns =
                serves ? compared.map(found -> ordered(found, details)).orElse(List.of()) : List.of();
        // Where the most selective column is known, an index that begins with another one does not serve.
        List<String> first = share == null ? columns : columns.stream().limit(1).toList();
        Optional<Index> index = details.indexes.stream()
                .filter(one -> first.contains(one.column))
                .findFirst();
        return Optional.of(new ScanningStatement(
                table.label(),
                String.valueOf(counted.queryid()),
                query,
                counted.calls(),
                counted.bytesPerCall(),
                proof,
                columns,
                index.map(Index::name).orElse(null),
                index.map(Index::valid).orElse(true)));
    }

    /** The share of rows that pass all equalities, if the columns are independent; null: not known. */
    private @Nullable Double share(IndexColumns columns, Details details) {
        List<Double> shares = columns.equal().stream()
                .map(name -> Objects.requireNonNull(details.columns.get(name)).share(table.rows()))
                .filter(Objects::nonNull)
                .toList();
        return shares.isEmpty() || shares.size() < columns.equal().size()
                ? null
                : shares.stream().reduce(1.0, (one, other) -> one * other);
    }

    /** The most selective first, as far as that is known. */
    private List<String> ordered(IndexColumns columns, Details details) {
        List<String> equal = columns.equal().stream()
                .sorted(Comparator.comparingDouble(name -> {
                    Double share =
                            Objects.requireNonNull(details.columns.get(name)).share(table.rows());
                    return share == null ? 1 : share;
                }))
                .toList();
        return new IndexColumns(equal, columns.range(), columns.complete()).all();
    }

    /** For a bound, and for conditions of which an index serves a part only, the planner's rows say nothing of the index. */
    private static Proof proof(@Nullable Scan scan, @Nullable Double share, @Nullable IndexColumns columns) {
        if (scan != null && (columns == null || (!columns.equal().isEmpty() && columns.complete()))) {
            return Proof.PLAN;
        }
        return share == null ? Proof.TEXT : Proof.STATISTICS;
    }

    private static Counted counted(Row row) {
        return new Counted(
                row.getLong("queryid"), row.getDouble("calls"), row.getDouble("bytes"), row.getDouble("rows"));
    }

    private static Column column(Row row) {
        return new Column(
                row.getString("attname"),
                row.getString("typname"),
                row.getDouble("n_distinct"),
                row.getDouble("most_common"));
    }

    private static Index index(Row row) {
        return new Index(
                Sql.identifier(row.getString("schemaname")) + "." + Sql.identifier(row.getString("index")),
                row.getString("attname"),
                row.getBoolean("valid"));
    }
}
