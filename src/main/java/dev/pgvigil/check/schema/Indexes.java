package dev.pgvigil.check.schema;

import static java.util.stream.Collectors.toSet;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Indexes of a database that cost more than they give: invalid, duplicate, covered by another one, or unused. */
@Singleton
public final class Indexes implements Check<Indexes.Listing> {

    public static final String NAME = "indexes";

    static final Threshold DUPLICATE_SIZE = Threshold.bytes(
            NAME, "duplicate-size", 1 << 20, "Size of a duplicate or covered index from which it is a finding");
    static final Threshold UNUSED_SIZE =
            Threshold.bytes(NAME, "unused-size", 10 << 20, "Size of an unused index from which it is a finding");
    static final Threshold UNUSED_AGE = Threshold.duration(
            NAME, "unused-age", Duration.ofDays(30), "Age of the statistics from which an unused index is a finding");

    /** pgvigil must have known an unused index for so long, or for {@code unused-age}: it may be new. */
    static final Duration KNOWN = Duration.ofDays(1);

    private static final int MOST = 50;

    // Sizes from pg_class are those of the last vacuum or build, and need no lock on the index. Partitions of an index
    // cannot be
    // dropped by themselves.
    private static final String OWN = """
            from pg_catalog.pg_index i
              join pg_catalog.pg_class c on c.oid = i.indexrelid
              join pg_catalog.pg_class t on t.oid = i.indrelid
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'i' and c.relpersistence <> 't' and t.relkind in ('r', 'm') and not c.relispartition
              and n.nspname <> 'information_schema' and pg_catalog.left(n.nspname::text, 3) <> 'pg_'
            """;

    private static final String COLUMNS = """
            select c.oid::int8 as oid, n.nspname::text as schemaname, t.relname::text as relname,
              c.relname::text as indexrelname, i.indisunique as is_unique,
              c.relpages::int8 * pg_catalog.current_setting('block_size')::int8 as bytes""";

    // A session that builds, rebuilds or drops an index concurrently holds this lock on the table or the index.
    private static final String INVALID = COLUMNS + """
            , pg_catalog.count(*) over () as total, null::text as other, null::float8 as idle, null::float8 as statistics
            """ + OWN + """
              and not (i.indisvalid and i.indisready and i.indislive)
              and not exists (select from pg_catalog.pg_locks l where l.locktype = 'relation'
                and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
                and l.relation in (i.indrelid, i.indexrelid)
                and l.mode in ('ShareLock', 'ShareUpdateExclusiveLock', 'AccessExclusiveLock'))
            order by c.relpages desc limit\s""" + MOST;

    // Before PostgreSQL 17 expressions have the positions of their tokens in the statement that created them.
    private static final String EXPRESSION =
            "pg_catalog.regexp_replace(coalesce(%s::text, ''), ':location -?[0-9]+', '', 'g')";

    private static final String COVERED = COLUMNS + """
            , pg_catalog.count(*) over () as total, o.other, null::float8 as idle, null::float8 as statistics
            """
            + OWN.replace("where", """
              cross join lateral (select oc.relname::text as other
                from pg_catalog.pg_index b join pg_catalog.pg_class oc on oc.oid = b.indexrelid
                where b.indrelid = i.indrelid and b.indexrelid <> i.indexrelid
                  and b.indisvalid and b.indisready and b.indislive and oc.relam = c.relam
                  and (i.indnatts = b.indnatts and i.indkey::text = b.indkey::text
                      and i.indclass::text = b.indclass::text and i.indcollation::text = b.indcollation::text
                      and i.indoption::text = b.indoption::text and i.indnkeyatts = b.indnkeyatts
                      and (b.indexrelid < i.indexrelid
                        or b.indisunique and not i.indisunique
                        or exists (select from pg_catalog.pg_constraint k where k.conindid = b.indexrelid))
                    or b.indnkeyatts > i.indnkeyatts and i.indnatts = i.indnkeyatts
                      and i.indexprs is null and b.indexprs is null and oc.relam = 403
                      and pg_catalog.starts_with(b.indkey::text || ' ', i.indkey::text || ' ')
                      and pg_catalog.starts_with(b.indclass::text || ' ', i.indclass::text || ' ')
                      and pg_catalog.starts_with(b.indcollation::text || ' ', i.indcollation::text || ' ')
                      and pg_catalog.starts_with(b.indoption::text || ' ', i.indoption::text || ' '))
                  and {own_expressions} = {other_expressions} and {own_predicate} = {other_predicate}
                order by b.indnatts, b.indexrelid limit 1) o
            where""".replace("{own_expressions}", EXPRESSION.formatted("i.indexprs"))
                    .replace("{other_expressions}", EXPRESSION.formatted("b.indexprs"))
                    .replace("{own_predicate}", EXPRESSION.formatted("i.indpred"))
                    .replace("{other_predicate}", EXPRESSION.formatted("b.indpred")))
            + """
              and i.indisvalid and i.indisready and i.indislive
              and not i.indisprimary and not i.indisexclusion and not i.indisreplident
              and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid)
              and (not i.indisunique or exists (select from pg_catalog.pg_index u where u.indrelid = i.indrelid
                and u.indexrelid <> i.indexrelid and u.indisunique and u.indisvalid and u.indkey::text = i.indkey::text
                and u.indnkeyatts = i.indnkeyatts and u.indimmediate
                and u.indpred is null and u.indexprs is null and i.indpred is null and i.indexprs is null))
            order by c.relpages desc limit\s""" + MOST;

    // An index that a foreign key needs is used only when rows of the referenced table change.
    private static final String UNUSED = COLUMNS + """
            , pg_catalog.count(*) over () as total, null::text as other,
              {idle} as idle,
              extract(epoch from pg_catalog.clock_timestamp() - coalesce(
                (select pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) from pg_catalog.pg_database d
                  where d.datname = pg_catalog.current_database()),
                pg_catalog.pg_postmaster_start_time()))::float8 as statistics
            """ + OWN + """
              and i.indisvalid and not i.indisunique and not i.indisprimary and not i.indisexclusion and not i.indisreplident
              and c.relpages >= 128
              and (pg_catalog.pg_stat_get_numscans(c.oid) = 0 {scanned})
              and not exists (select from pg_catalog.pg_constraint f where f.contype = 'f' and f.conrelid = i.indrelid
                and (i.indkey::int2[])[0:pg_catalog.cardinality(f.conkey) - 1] @> f.conkey)
            order by c.relpages desc limit\s""" + MOST;

    private static String unused(int major) {
        return UNUSED.replace(
                        "{idle}",
                        major >= 16
                                ? "extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_stat_get_lastscan(c.oid))::float8"
                                : "null::float8")
                .replace(
                        "{scanned}",
                        major >= 16
                                ? "or pg_catalog.pg_stat_get_lastscan(c.oid) < pg_catalog.now() - interval '30 days'"
                                : "");
    }

    private static final String TOTAL = """
            select pg_catalog.count(*) as number,
              coalesce(pg_catalog.sum(c.relpages::int8), 0)::int8
                * pg_catalog.current_setting('block_size')::int8 as bytes
            """ + OWN;

    /**
     * One index.
     *
     * @param bytes by {@code pg_class.relpages}, as of the last vacuum or build
     * @param other the index that makes it superfluous
     * @param idleSeconds since its last scan, from PostgreSQL 16 on; null: never scanned since the statistics began
     * @param knownSeconds for how long pgvigil has seen it unused
     */
    public record Index(
            String schemaname,
            String relname,
            String indexrelname,
            boolean unique,
            long bytes,
            @Nullable String other,
            @Nullable Double idleSeconds,
            @Nullable Double knownSeconds) {

        String quoted() {
            return Sql.identifier(schemaname) + "." + Sql.identifier(indexrelname);
        }

        String label() {
            return schemaname + "." + indexrelname;
        }
    }

    /** Indexes of one kind, the largest first, at most 50. */
    public record Group(List<Index> indexes, long total) {

        public Group {
            indexes = List.copyOf(indexes);
        }
    }

    /**
     * The indexes of a database, those of the system and of temporary tables left out.
     *
     * @param bytes of all of them
     * @param invalid not used, and not being built or dropped
     * @param covered equal to another one, or to its first columns
     * @param unused of over 1 MiB, never scanned since the statistics began, or on 16 and newer not for 30 days
     * @param statisticsSeconds age of the statistics; null: nothing is unused
     */
    public record Listing(
            long indexes,
            long bytes,
            Group invalid,
            Group covered,
            Group unused,
            @Nullable Double statisticsSeconds) {}

    private record Line(
            long oid, Index index, long total, @Nullable Double statistics) {}

    private record Total(long number, long bytes) {}

    /** When pgvigil first saw that each index is unused; as many as are listed. */
    private static final class Seen {

        private final long started = System.nanoTime();
        private Map<Long, Double> known = new HashMap<>();
        private Map<Long, Double> next = new HashMap<>();

        double seconds(long oid) {
            double now = (System.nanoTime() - started) / 1e9;
            double first = known.getOrDefault(oid, now);
            next.put(oid, first);
            return now - first;
        }

        void next() {
            known = next;
            next = new HashMap<>();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(10)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DUPLICATE_SIZE, UNUSED_SIZE, UNUSED_AGE);
    }

    @Override
    public Uni<Listing> collect(Session session) {
        Seen seen = session.memory(budget -> new Seen());
        return session.row(TOTAL, row -> new Total(row.getLong("number"), row.getLong("bytes")))
                .flatMap(total -> invalid(session)
                        .flatMap(invalid -> session.rows(COVERED, row -> line(row, null))
                                .flatMap(covered -> session.rows(
                                                unused(session.facts().major()),
                                                row -> line(row, seen.seconds(row.getLong("oid"))))
                                        .map(unused -> {
                                            seen.next();
                                            return new Listing(
                                                    total.number,
                                                    total.bytes,
                                                    group(invalid),
                                                    group(covered),
                                                    group(unused),
                                                    unused.isEmpty() ? null : unused.getFirst().statistics);
                                        }))));
    }

    /**
     * A build commits before it releases its locks, and they are read later than the snapshot: an index of which the build just
     * ended is valid in the next snapshot.
     */
    private static Uni<List<Line>> invalid(Session session) {
        return session.rows(INVALID, row -> line(row, null))
                .flatMap(first -> first.isEmpty()
                        ? Uni.createFrom().item(first)
                        : session.rows(INVALID, row -> line(row, null)).map(second -> inBoth(first, second)));
    }

    private static List<Line> inBoth(List<Line> first, List<Line> second) {
        Set<Long> before = first.stream().map(Line::oid).collect(toSet());
        List<Line> both =
                second.stream().filter(line -> before.contains(line.oid)).toList();
        int others = second.size() - both.size();
        return both.stream()
                .map(line -> new Line(line.oid, line.index, line.total - others, line.statistics))
                .toList();
    }

    private static Group group(List<Line> lines) {
        return new Group(lines.stream().map(Line::index).toList(), lines.isEmpty() ? 0 : lines.getFirst().total);
    }

    private static Line line(Row row, @Nullable Double known) {
        Index index = new Index(
                row.getString("schemaname"),
                row.getString("relname"),
                row.getString("indexrelname"),
                row.getBoolean("is_unique"),
                row.getLong("bytes"),
                row.getString("other"),
                row.getDouble("idle"),
                known);
        return new Line(row.getLong("oid"), index, row.getLong("total"), row.getDouble("statistics"));
    }

    @Override
    public List<Finding> evaluate(Listing now, Previous<Listing> previous, Target target) {
        return new IndexFindings(target.thresholds()).all(now);
    }

    @Override
    public void export(Listing now, MetricSink sink) {
        sink.gauge("pgvigil_indexes", "Indexes of the database.", (double) now.indexes);
        sink.gauge("pgvigil_indexes_bytes", "Size of the indexes of the database.", (double) now.bytes);
        sink.gauge("pgvigil_indexes_invalid", "Invalid indexes of the database that nothing builds or drops.", (double)
                now.invalid.total);
    }
}
