package dev.pgvigil.check.statements;

import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.RawText;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Queries {@code pg_stat_statements} through its functions, which take no lock on a relation that DDL would wait for. The version of
 * the extension says which columns there are: it may lag behind the server.
 *
 * @param installed the extension in the session's database
 */
record StatementsQuery(Session session, Installed installed) {

    /** The most statements that are read; of more, those with most time. */
    static final int MOST = 10_000;

    private static final String EXTENSION = "pg_stat_statements";

    /** Bytes of a text that are read. */
    private static final int TEXT_BYTES = 8_000;

    private static final String INSTALLED = """
            select n.nspname::text as schema, e.extversion as version, pg_catalog.clock_timestamp() as at,
              pg_catalog.current_setting('pg_stat_statements.track', true) as track,
              pg_catalog.current_setting('pg_stat_statements.max', true) as max,
              pg_catalog.current_setting('track_io_timing')::bool as io_timing
            from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
            where e.extname = 'pg_stat_statements'""";

    private static final String INFO = "select i.dealloc, i.stats_reset from {schema}.pg_stat_statements_info() i";

    private static final String COUNTERS = """
            select s.userid::int8 as userid, s.dbid::int8 as dbid, s.queryid, {toplevel} as toplevel, s.calls::float8 as calls,
              s.total_exec_time, s.stddev_exec_time, s.rows::float8 as rows,
              s.shared_blks_hit::float8 as shared_blks_hit, s.shared_blks_read::float8 as shared_blks_read,
              s.shared_blks_dirtied::float8 as shared_blks_dirtied, s.shared_blks_written::float8 as shared_blks_written,
              s.temp_blks_read::float8 as temp_blks_read, s.temp_blks_written::float8 as temp_blks_written,
              {read_time} as read_time, {write_time} as write_time, s.wal_bytes::float8 as wal_bytes,
              s.total_plan_time, {jit_time} as jit_time, {since} as since
            from {schema}.pg_stat_statements(false) s
            where s.queryid is not null""";

    private static final String TEXTS = """
            select s.dbid::int8 as dbid, s.queryid, {query} as query, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding
            from {schema}.pg_stat_statements(true) s left join pg_catalog.pg_database d on d.oid = s.dbid
            where s.queryid in ({ids}) limit 1000""";

    private static final String NAMES = """
            select true as role, u.id, {rolname} as name, null::text as encoding from pg_catalog.unnest('{{roles}}'::int8[]) u(id)
            union all
            select false, d.oid::int8, {datname}, pg_catalog.pg_encoding_to_char(d.encoding)::text from pg_catalog.pg_database d
            where d.oid = any ('{{databases}}'::oid[])""".replace("{rolname}", RawText.sql("pg_catalog.pg_get_userbyid(u.id::oid)"))
            .replace("{datname}", RawText.sql("d.datname"));

    /**
     * The extension in a database.
     *
     * @param schema of its objects
     * @param at the server's time
     * @param track {@code top}, {@code all} or {@code none} in pgvigil's session; null: the library is not loaded
     * @param max statements that the server keeps; null: the library is not loaded
     */
    record Installed(
            String schema,
            String version,
            Instant at,
            @Nullable String track,
            @Nullable Long max,
            boolean ioTiming) {

        /** Whether it has what that version added. */
        boolean since(int minor) {
            int[] numbers = Arrays.stream(version.split("\\D+", -1))
                    .filter(part -> !part.isEmpty() && part.length() < 10)
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return Arrays.compare(numbers, new int[] {1, minor}) >= 0;
        }

        boolean readsAll() {
            return max != null && max <= MOST;
        }
    }

    /**
     * The statistics of the module itself.
     *
     * @param dealloc times that the least executed statements were evicted to make room; null before version 1.9
     * @param reset when all counters were reset; null before version 1.9
     */
    record ModuleInfo(@Nullable Long dealloc, @Nullable Instant reset) {}

    /** A text by database and identifier. */
    record Text(long dbid, long queryid, String query) {}

    /** Names of roles and databases, by oid; those that were dropped are missing. */
    record Names(Map<Long, String> roles, Map<Long, String> databases) {}

    private record Name(boolean role, long id, String name) {}

    static Uni<StatementsQuery> of(Session session) {
        return session.rows(INSTALLED, StatementsQuery::installed).map(found -> {
            if (found.isEmpty()) {
                throw new FailureException(Failure.of(
                        Failure.Reason.UNSUPPORTED,
                        "the extension " + EXTENSION + " is no longer in database " + session.database()));
            }
            StatementsQuery query = new StatementsQuery(session, found.getFirst());
            if (!query.installed.since(8)) {
                throw new FailureException(Failure.of(
                        Failure.Reason.UNSUPPORTED,
                        "the extension " + EXTENSION + " " + query.installed.version + " in database "
                                + session.database() + " is too old: alter extension " + EXTENSION + " update"));
            }
            return query;
        });
    }

    Uni<ModuleInfo> info() {
        return installed.since(9)
                ? session.row(sql(INFO), row -> new ModuleInfo(row.getLong("dealloc"), instant(row, "stats_reset")))
                : Uni.createFrom().item(new ModuleInfo(null, null));
    }

    /** The counters of all statements, without texts. */
    Uni<List<Counters<StatementKey>>> counters() {
        Uni<List<Counters<StatementKey>>> rows = session.rows(counterSql(), StatementsQuery::counters);
        // Without the column, what a statement does inside functions and outside has two rows.
        return installed.since(9) ? rows : rows.map(StatementsQuery::merged);
    }

    private String counterSql() {
        boolean split = installed.since(11);
        String sql = sql(COUNTERS)
                .replace("{toplevel}", installed.since(9) ? "s.toplevel" : "true")
                .replace(
                        "{read_time}",
                        split ? "s.shared_blk_read_time + s.local_blk_read_time + s.temp_blk_read_time" : temp("read"))
                .replace(
                        "{write_time}",
                        split
                                ? "s.shared_blk_write_time + s.local_blk_write_time + s.temp_blk_write_time"
                                : temp("write"))
                .replace(
                        "{jit_time}",
                        installed.since(10)
                                ? "s.jit_generation_time + s.jit_inlining_time + s.jit_optimization_time + "
                                        + "s.jit_emission_time" + (split ? " + s.jit_deform_time" : "")
                                : "0::float8")
                .replace("{since}", split ? "s.stats_since" : "null::timestamptz");
        return installed.readsAll() ? sql : sql + " order by s.total_exec_time + s.total_plan_time desc limit " + MOST;
    }

    private String temp(String what) {
        return "s.blk_" + what + "_time" + (installed.since(10) ? " + s.temp_blk_" + what + "_time" : "");
    }

    /** The texts of these statements. The server reads the texts of all statements for it: to be called rarely. */
    Uni<List<Text>> texts(Set<Long> queryids) {
        String sql = sql(TEXTS)
                .replace("{query}", RawText.sql("s.query", TEXT_BYTES))
                .replace("{ids}", queryids.stream().map(String::valueOf).collect(Collectors.joining(", ")));
        return session.rows(sql, StatementsQuery::text)
                .map(texts -> texts.stream().flatMap(List::stream).toList());
    }

    Uni<Names> names(Collection<StatementKey> keys) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(new Names(Map.of(), Map.of()));
        }
        Set<Long> roles = new TreeSet<>();
        Set<Long> databases = new TreeSet<>();
        keys.forEach(key -> {
            roles.add(key.userid());
            databases.add(key.dbid());
        });
        String sql = NAMES.replace("{roles}", joined(roles)).replace("{databases}", joined(databases));
        return session.rows(sql, StatementsQuery::name)
                .map(names -> new Names(
                        names.stream().filter(Name::role).collect(Collectors.toMap(Name::id, Name::name)),
                        names.stream().filter(name -> !name.role).collect(Collectors.toMap(Name::id, Name::name))));
    }

    private static String joined(Set<Long> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private String sql(String template) {
        return template.replace("{schema}", Sql.identifier(installed.schema));
    }

    private static Installed installed(Row row) {
        String max = row.getString("max");
        return new Installed(
                row.getString("schema"),
                row.getString("version"),
                row.get(OffsetDateTime.class, "at").toInstant(),
                row.getString("track"),
                max == null ? null : Long.valueOf(max),
                row.getBoolean("io_timing"));
    }

    private static Counters<StatementKey> counters(Row row) {
        double calls = row.getDouble("calls");
        double deviation = row.getDouble("stddev_exec_time");
        double[] values = {
            calls,
            row.getDouble("total_exec_time"),
            row.getDouble("rows"),
            row.getDouble("shared_blks_hit"),
            row.getDouble("shared_blks_read"),
            row.getDouble("shared_blks_dirtied"),
            row.getDouble("shared_blks_written"),
            row.getDouble("temp_blks_read"),
            row.getDouble("temp_blks_written"),
            row.getDouble("read_time"),
            row.getDouble("write_time"),
            row.getDouble("wal_bytes"),
            row.getDouble("total_plan_time"),
            row.getDouble("jit_time"),
            calls * deviation * deviation
        };
        StatementKey key = new StatementKey(
                row.getLong("userid"), row.getLong("dbid"), row.getLong("queryid"), row.getBoolean("toplevel"));
        return new Counters<>(key, values, instant(row, "since"));
    }

    /** Adds up rows of the same key. */
    static List<Counters<StatementKey>> merged(List<Counters<StatementKey>> rows) {
        Map<StatementKey, Counters<StatementKey>> merged = new LinkedHashMap<>();
        rows.forEach(row -> merged.merge(row.key(), row, StatementsQuery::sum));
        return new ArrayList<>(merged.values());
    }

    private static Counters<StatementKey> sum(Counters<StatementKey> one, Counters<StatementKey> other) {
        double[] sum = new double[Counter.COUNT];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = one.values()[i] + other.values()[i];
        }
        sum[Counter.SQUARES.place()] = IntervalTimes.squares(one.values(), other.values());
        return new Counters<>(one.key(), sum, null);
    }

    private static List<Text> text(Row row) {
        String query = RawText.of(row, "query", row.getString("encoding"));
        return query == null ? List.of() : List.of(new Text(row.getLong("dbid"), row.getLong("queryid"), query));
    }

    private static Name name(Row row) {
        return new Name(
                row.getBoolean("role"),
                row.getLong("id"),
                String.valueOf(RawText.of(row, "name", row.getString("encoding"))));
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.get(OffsetDateTime.class, column);
        return time == null ? null : time.toInstant();
    }
}
