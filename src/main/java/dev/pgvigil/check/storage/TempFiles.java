package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.QueryText;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Temporary files of statements that need more memory than work_mem: those that exist now, which no counter shows before the
 * statement ends, and how much was written.
 */
@Singleton
public final class TempFiles implements Check<TempFiles.Usage> {

    public static final String NAME = "temp-files";

    static final Threshold LIVE = Threshold.bytes(
            NAME, "live", 50L << 30, "Temporary files of the sessions of a database that degrade the target");
    static final Threshold HOURLY = Threshold.bytes(
            NAME, "hourly", 50L << 30, "Temporary files that a database wrote in the last hour that are a finding");

    private static final int MOST = 50;
    private static final int MOST_SERIES = 20;

    /** Databases whose growth is followed: one that wrote nothing for months may write most in this hour. */
    private static final int MOST_FOLLOWED = 1_000;

    // Files of parallel workers are in directories, which the function does not enter.
    private static final String LIVE_FILES = """
            select f.pid, f.files, f.bytes, {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              {usename} as usename, s.application_name, {query} as query
            from (
              select pg_catalog.substring(l.name, '^pgsql_tmp([0-9]+)[.]')::int4 as pid, pg_catalog.count(*) as files,
                pg_catalog.sum(l.size)::int8 as bytes
              from pg_catalog.pg_tablespace t, pg_catalog.pg_ls_tmpdir(t.oid) l
              where t.spcname <> 'pg_global'
              group by 1) f
            left join pg_catalog.pg_stat_get_activity(null) s on s.pid = f.pid
            left join pg_catalog.pg_database d on d.oid = s.datid
            order by f.bytes desc
            limit\s""".replace("{datname}", RawText.sql("d.datname"))
                    .replace("{usename}", RawText.sql("pg_catalog.pg_get_userbyid(s.usesysid)"))
                    .replace("{query}", RawText.sql("s.query", 1000))
            + MOST;

    private static final String DATABASES = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_stat_get_db_temp_files(d.oid) as files, pg_catalog.pg_stat_get_db_temp_bytes(d.oid) as bytes,
              pg_catalog.pg_stat_get_db_stat_reset_time(d.oid)::text as reset,
              pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) as work_mem,
              extract(epoch from pg_catalog.clock_timestamp())::float8 as now
            from pg_catalog.pg_database d
            order by pg_catalog.pg_stat_get_db_temp_bytes(d.oid) desc, d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + MOST_FOLLOWED;

    /**
     * The temporary files of one process.
     *
     * @param pid null: files whose name has another form
     * @param datname null: the process is gone, and its files stay until the server restarts
     */
    public record Live(
            @Nullable Integer pid,
            @Nullable String datname,
            @Nullable String usename,
            @Nullable String applicationName,
            long files,
            long bytes,
            @Nullable String query) {

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "pid", pid,
                    "datname", datname,
                    "usename", usename,
                    "application_name", applicationName,
                    "files", files,
                    "bytes", bytes,
                    "query", query);
        }
    }

    /**
     * What statements of a database wrote that have ended.
     *
     * @param hourSeconds how much of the last hour pgvigil has seen
     */
    public record Database(
            String datname, long files, long bytes, double hourSeconds, double hourFiles, double hourBytes) {}

    /**
     * The temporary files of a server.
     *
     * @param live by process, largest first, at most {@value #MOST}
     * @param databases those that wrote most, and those that wrote most in the last hour, at most {@value #MOST} each
     */
    public record Usage(List<Live> live, List<Database> databases, long workMemBytes) {

        public Usage {
            live = List.copyOf(live);
            databases = List.copyOf(databases);
        }
    }

    private record Line(String datname, long files, long bytes, String reset, long workMem, double now) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(1)).before(15, Duration.ofMinutes(10));
    }

    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(LIVE, HOURLY);
    }

    @Override
    public Uni<Usage> collect(Session session) {
        GrowthWindow<String> hours = session.memory(budget -> GrowthWindow.hour(budget));
        return session.rows(LIVE_FILES, TempFiles::live)
                .flatMap(live -> session.rows(DATABASES, TempFiles::line).map(lines -> usage(live, lines, hours)));
    }

    private static Usage usage(List<Live> live, List<Line> lines, GrowthWindow<String> hours) {
        Set<String> names = new HashSet<>();
        List<Database> databases = lines.stream()
                .filter(line -> names.add(line.datname))
                .map(line -> {
                    var hour = hours.add(line.datname, line.now, line.reset, (double) line.files, (double) line.bytes);
                    return new Database(
                            line.datname, line.files, line.bytes, hour.seconds(), hour.values()[0], hour.values()[1]);
                })
                .toList();
        hours.retain(lines.stream().map(Line::datname).collect(Collectors.toSet()));
        Set<Database> shown = new HashSet<>(databases.subList(0, Math.min(MOST, databases.size())));
        databases.stream()
                .filter(one -> one.hourBytes > 0)
                .sorted(Comparator.comparingDouble(Database::hourBytes).reversed())
                .limit(MOST)
                .forEach(shown::add);
        List<Database> most = databases.stream().filter(shown::contains).toList();
        return new Usage(live, most, lines.isEmpty() ? 0 : lines.getFirst().workMem);
    }

    @Override
    public List<Finding> evaluate(Usage now, Previous<Usage> previous, Target target) {
        return Stream.of(live(now, target), hourly(now, target))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> live(Usage now, Target target) {
        Thresholds limits = target.thresholds();
        List<Live> own = now.live.stream()
                .filter(one -> target.database().equals(one.datname))
                .toList();
        long bytes = own.stream().mapToLong(Live::bytes).sum();
        if (own.isEmpty() || bytes < limits.of(LIVE)) {
            return Optional.empty();
        }
        Live worst = own.getFirst();
        return Optional.of(Finding.of(
                        NAME,
                        "live",
                        Status.DEGRADED,
                        Severity.MEDIUM,
                        "temporary files fill the disk",
                        "%s of %s have %s of temporary files, most of them pid %d%s with %s"
                                .formatted(
                                        HumanFormat.count(own.size(), "session"),
                                        target.database(),
                                        HumanFormat.bytes(bytes),
                                        worst.pid,
                                        HumanFormat.client(worst.usename, worst.applicationName),
                                        HumanFormat.bytes(worst.bytes)))
                .threshold("from " + HumanFormat.bytes(limits.of(LIVE)))
                .evidence(own.stream().limit(EvidenceRow.MOST).map(Live::row).toList())
                .cause(
                        "A statement sorts, hashes or keeps more than work_mem allows: it reads far more rows than it returns, a join lacks "
                                + "a condition, or an estimate is wrong.")
                .action(
                        "Cancel the statement if the disk runs full. Change it, or limit such statements with temp_file_limit for their role.")
                .sql("select pg_cancel_backend(" + worst.pid + ")"));
    }

    private static Optional<Finding> hourly(Usage now, Target target) {
        double limit = target.thresholds().of(HOURLY);
        return now.databases.stream()
                .filter(one -> one.datname.equals(target.database()) && one.hourBytes >= limit && one.hourBytes > 0)
                .findFirst()
                .map(
                        one -> Finding.of(
                                        NAME,
                                        "hourly",
                                        Status.HEALTHY,
                                        Severity.MEDIUM,
                                        "statements write many temporary files",
                                        "%s in %s temporary files in the last %s; work_mem is %s"
                                                .formatted(
                                                        HumanFormat.bytes(one.hourBytes),
                                                        HumanFormat.large(one.hourFiles),
                                                        HumanFormat.seconds(one.hourSeconds),
                                                        HumanFormat.bytes(now.workMemBytes)))
                                .threshold("from " + HumanFormat.bytes(limit) + " an hour")
                                .evidence(List.of(EvidenceRow.of(
                                        "datname",
                                        one.datname,
                                        "files",
                                        Math.round(one.hourFiles),
                                        "bytes",
                                        Math.round(one.hourBytes),
                                        "seconds",
                                        one.hourSeconds)))
                                .cause(
                                        "Sorts, hashes and index builds need more memory than work_mem or maintenance_work_mem allows.")
                                .action(
                                        "Set log_temp_files to find the statements. Add an index for large sorts, or raise work_mem for the role that "
                                                + "runs them; not for all sessions, because each sort of each session may use it.")
                                .expectedEffect("Up to " + HumanFormat.bytes(one.hourBytes)
                                        + " an hour are no longer written to disk and read back.")
                                .sql(
                                        "select query, temp_blks_written from pg_stat_statements order by temp_blks_written desc limit 20"));
    }

    @Override
    public void export(Usage now, MetricSink sink) {
        sink.gauge(
                "pgvigil_temp_files_live_bytes",
                "Temporary files that exist, without those of parallel workers.",
                (double) now.live.stream().mapToLong(Live::bytes).sum());
        now.databases.stream().limit(MOST_SERIES).forEach(database -> {
            sink.counter(
                    "pgvigil_temp_files_bytes_total",
                    "Temporary files written by statements that have ended, in the " + MOST_SERIES
                            + " databases that wrote most.",
                    (double) database.bytes,
                    "datname",
                    database.datname);
            sink.counter(
                    "pgvigil_temp_files_total",
                    "Number of these files.",
                    (double) database.files,
                    "datname",
                    database.datname);
        });
    }

    private static Live live(Row row) {
        String query = RawText.of(row, "query", row.getString("encoding"));
        return new Live(
                row.getInteger("pid"),
                RawText.of(row, "datname", row.getString("encoding")),
                RawText.of(row, "usename"),
                row.getString("application_name"),
                row.getLong("files"),
                row.getLong("bytes"),
                query == null ? null : QueryText.normalised(query));
    }

    private static Line line(Row row) {
        return new Line(
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.getLong("files"),
                row.getLong("bytes"),
                String.valueOf(row.getString("reset")),
                row.getLong("work_mem"),
                row.getDouble("now"));
    }
}
