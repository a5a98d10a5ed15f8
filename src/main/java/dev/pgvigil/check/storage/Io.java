package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads of the databases of a server: how many the buffer cache answers, and how long the others take. */
@Singleton
public final class Io implements Check<Io.Usage> {

    public static final String NAME = "io";

    static final Threshold HIT_RATIO = Threshold.ratio(
            NAME, "hit-ratio", 0.95, "Share of block reads answered by the buffer cache below which it is a finding");
    static final Threshold READS = Threshold.count(
            NAME, "reads", 1000, "Blocks read from outside the cache a second from which a low hit ratio is a finding");
    static final Threshold WINDOW = Threshold.duration(
            NAME, "window", Duration.ofMinutes(30), "How long a database must have been seen to judge its hit ratio");
    static final Threshold LATENCY = Threshold.count(
            NAME, "read-microseconds", 20_000, "Mean time of a block read in microseconds that degrades the target");

    /** Fewer reads a second say nothing about the disk. */
    private static final double READS_TO_TIME = 50;

    private static final int MOST = 50;
    private static final int MOST_SERIES = 20;

    private static final String DATABASES = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_stat_get_db_blocks_fetched(d.oid) - pg_catalog.pg_stat_get_db_blocks_hit(d.oid) as reads,
              pg_catalog.pg_stat_get_db_blocks_hit(d.oid) as hits,
              pg_catalog.pg_stat_get_db_blk_read_time(d.oid) / 1000 as read_seconds,
              pg_catalog.pg_stat_get_db_stat_reset_time(d.oid)::text as reset,
              pg_catalog.current_setting('track_io_timing')::bool as timed,
              extract(epoch from pg_catalog.clock_timestamp())::float8 as now
            from pg_catalog.pg_database d
            where d.datallowconn
            order by pg_catalog.pg_stat_get_db_blocks_fetched(d.oid) desc, d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + MOST;

    private static final String BACKENDS = """
            select backend_type, context, pg_catalog.sum(reads)::int8 as reads, pg_catalog.sum({read})::float8 as read_bytes,
              pg_catalog.sum(writes)::int8 as writes, pg_catalog.sum({write})::float8 as write_bytes,
              pg_catalog.sum(read_time)::float8 / 1000 as read_seconds, pg_catalog.sum(write_time)::float8 / 1000 as write_seconds,
              pg_catalog.sum(evictions)::int8 as evictions, pg_catalog.sum(fsyncs)::int8 as fsyncs
            from pg_catalog.pg_stat_io
            where object in ('relation', 'temp relation')
            group by backend_type, context
            having pg_catalog.sum(reads) > 0 or pg_catalog.sum(writes) > 0 or pg_catalog.sum(fsyncs) > 0
            order by 4 desc nulls last
            limit\s""" + MOST;

    /**
     * The reads of one database since its statistics began.
     *
     * @param readSeconds null: track_io_timing is off, and the time is not known
     * @param hourSeconds how much of the last hour pgvigil has seen
     */
    public record Database(
            String datname,
            long reads,
            long hits,
            @Nullable Double readSeconds,
            double hourSeconds,
            double hourReads,
            double hourHits) {

        /** The share of reads in the last hour that the cache answered; null without any. */
        @Nullable
        Double hitRatio() {
            double all = hourReads + hourHits;
            return all <= 0 ? null : hourHits / all;
        }
    }

    /**
     * What one kind of process read and wrote, from {@code pg_stat_io}.
     *
     * @param readSeconds null: track_io_timing is off
     */
    public record Backend(
            String backendType,
            String context,
            long reads,
            double readBytes,
            long writes,
            double writeBytes,
            @Nullable Double readSeconds,
            @Nullable Double writeSeconds,
            long evictions,
            long fsyncs) {}

    /**
     * The reads of a server.
     *
     * @param timed track_io_timing
     * @param databases those that read most, at most {@value #MOST}
     * @param backends empty before PostgreSQL 16
     */
    public record Usage(boolean timed, List<Database> databases, List<Backend> backends) {

        public Usage {
            databases = List.copyOf(databases);
            backends = List.copyOf(backends);
        }

        Optional<Database> of(String database) {
            return databases.stream()
                    .filter(one -> one.datname.equals(database))
                    .findFirst();
        }
    }

    private record Line(Database database, boolean timed, String reset, double now) {

        Database with(GrowthWindow.Growth hour) {
            return new Database(
                    database.datname,
                    database.reads,
                    database.hits,
                    timed ? database.readSeconds : null,
                    hour.seconds(),
                    hour.values()[0],
                    hour.values()[1]);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    /** A disk that is slow for one interval is no finding. */
    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(1))
                .before(15, Duration.ofMinutes(10))
                .with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(HIT_RATIO, READS, WINDOW, LATENCY);
    }

    @Override
    public Uni<Usage> collect(Session session) {
        GrowthWindow<String> hours = session.memory(budget -> GrowthWindow.hour(budget));
        return session.rows(DATABASES, Io::line)
                .map(lines -> databases(lines, hours))
                .flatMap(usage -> backends(session, usage.timed)
                        .map(backends -> new Usage(usage.timed, usage.databases, backends)));
    }

    private static Usage databases(List<Line> lines, GrowthWindow<String> hours) {
        Set<String> names = new HashSet<>();
        List<Database> databases = lines.stream()
                .filter(line -> names.add(line.database.datname))
                .map(line -> line.with(
                        hours.add(line.database.datname, line.now, line.reset, (double) line.database.reads, (double)
                                line.database.hits)))
                .toList();
        hours.retain(lines.stream().map(line -> line.database.datname).collect(Collectors.toSet()));
        return new Usage(!lines.isEmpty() && lines.getFirst().timed, databases, List.of());
    }

    private static Uni<List<Backend>> backends(Session session, boolean timed) {
        int major = session.facts().major();
        if (major < 16) {
            return Uni.createFrom().item(List.of());
        }
        String sql = BACKENDS.replace("{read}", major >= 18 ? "read_bytes" : "reads * op_bytes")
                .replace("{write}", major >= 18 ? "write_bytes" : "writes * op_bytes");
        return session.rows(sql, row -> backend(row, timed));
    }

    @Override
    public List<Finding> evaluate(Usage now, Previous<Usage> previous, Target target) {
        Usage last = previous.value();
        Optional<Database> database = now.of(target.database());
        Optional<Finding> slow = last == null
                ? Optional.empty()
                : database.flatMap(one -> last.of(target.database())
                        .flatMap(before -> slow(one, before, previous.elapsed(), target.thresholds())));
        return Stream.of(database.flatMap(one -> cache(one, target.thresholds())), slow)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Advice: a low ratio alone hurts nobody. */
    private static Optional<Finding> cache(Database database, Thresholds limits) {
        Double ratio = database.hitRatio();
        double perSecond = database.hourSeconds <= 0 ? 0 : database.hourReads / database.hourSeconds;
        if (ratio == null
                || ratio >= limits.of(HIT_RATIO)
                || perSecond < limits.of(READS)
                || database.hourSeconds < limits.of(WINDOW)) {
            return Optional.empty();
        }
        return Optional.of(
                Finding.of(
                                NAME,
                                "cache",
                                Status.HEALTHY,
                                Severity.LOW,
                                "the buffer cache answers few reads",
                                "%s of block reads in the last %s came from the buffer cache, %s blocks a second did not"
                                        .formatted(
                                                HumanFormat.percent(ratio),
                                                HumanFormat.seconds(database.hourSeconds),
                                                HumanFormat.large(perSecond)))
                        .threshold("under %s, with %s reads a second"
                                .formatted(
                                        HumanFormat.percent(limits.of(HIT_RATIO)), HumanFormat.large(limits.of(READS))))
                        .evidence(List.of(EvidenceRow.of(
                                "datname",
                                database.datname,
                                "reads",
                                Math.round(database.hourReads),
                                "hits",
                                Math.round(database.hourHits),
                                "seconds",
                                database.hourSeconds)))
                        .cause(
                                "The data that is used does not fit in shared_buffers, or statements read whole tables. The kernel's cache may "
                                        + "still answer these reads.")
                        .action(
                                "Find the statements that read most, and index or change them; then raise shared_buffers, up to a quarter of the "
                                        + "memory or more where the server is alone.")
                        .expectedEffect("Fewer reads wait for the kernel or the disk.")
                        .sql(
                                "select relname, heap_blks_read, heap_blks_hit from pg_statio_user_tables order by heap_blks_read desc limit 20"));
    }

    private static Optional<Finding> slow(Database now, Database before, Duration elapsed, Thresholds limits) {
        Double time = now.readSeconds;
        Double earlier = before.readSeconds;
        long reads = now.reads - before.reads;
        double seconds = elapsed.toMillis() / 1000.0;
        if (time == null || earlier == null || time < earlier || reads <= 0 || reads < seconds * READS_TO_TIME) {
            return Optional.empty();
        }
        double mean = (time - earlier) / reads;
        if (mean * 1e6 < limits.of(LATENCY)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        NAME,
                        "slow-reads",
                        Status.DEGRADED,
                        Severity.MEDIUM,
                        "reads from disk are slow",
                        "a block read took %s ms, the mean of %s reads in %s"
                                .formatted(
                                        HumanFormat.number(mean * 1000),
                                        HumanFormat.large(reads),
                                        HumanFormat.seconds(seconds)))
                .threshold("from " + HumanFormat.number(limits.of(LATENCY) / 1000) + " ms, with "
                        + HumanFormat.number(READS_TO_TIME) + " reads a second")
                .evidence(List.of(EvidenceRow.of(
                        "datname", now.datname, "reads", reads, "read_seconds", time - earlier, "seconds", seconds)))
                .cause(
                        "The disk is saturated or throttled: by these statements, by another load on the same disk, or by a limit of the "
                                + "provider on operations or throughput.")
                .action(
                        "Look at the utilisation of the disk, and at the statements that read most. Where the provider limits it, raise the "
                                + "limit.")
                .sql("select pid, wait_event, query from pg_stat_activity where wait_event_type = 'IO'"));
    }

    @Override
    public void export(Usage now, MetricSink sink) {
        now.databases.stream().limit(MOST_SERIES).forEach(database -> {
            sink.counter(
                    "pgvigil_io_blocks_read_total",
                    "Blocks read from outside the buffer cache, in the " + MOST_SERIES + " databases that read most.",
                    (double) database.reads,
                    "datname",
                    database.datname);
            sink.counter(
                    "pgvigil_io_blocks_hit_total",
                    "Block reads that the buffer cache answered.",
                    (double) database.hits,
                    "datname",
                    database.datname);
            Double seconds = database.readSeconds;
            if (seconds != null) {
                sink.counter(
                        "pgvigil_io_read_seconds_total",
                        "Time of block reads; absent while track_io_timing is off.",
                        seconds,
                        "datname",
                        database.datname);
            }
        });
        now.backends.stream().limit(MOST_SERIES).forEach(backend -> {
            String[] labels = {"backend_type", backend.backendType, "context", backend.context};
            sink.counter(
                    "pgvigil_io_backend_read_bytes_total",
                    "Bytes that processes of each kind read from relations (PostgreSQL 16 and newer).",
                    backend.readBytes,
                    labels);
            sink.counter(
                    "pgvigil_io_backend_write_bytes_total",
                    "Bytes that processes of each kind wrote to relations (PostgreSQL 16 and newer).",
                    backend.writeBytes,
                    labels);
        });
    }

    private static Line line(Row row) {
        Database database = new Database(
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.getLong("reads"),
                row.getLong("hits"),
                row.getDouble("read_seconds"),
                0,
                0,
                0);
        return new Line(
                database, row.getBoolean("timed"), String.valueOf(row.getString("reset")), row.getDouble("now"));
    }

    private static Backend backend(Row row, boolean timed) {
        return new Backend(
                row.getString("backend_type"),
                row.getString("context"),
                number(row, "reads"),
                decimal(row, "read_bytes"),
                number(row, "writes"),
                decimal(row, "write_bytes"),
                timed ? row.getDouble("read_seconds") : null,
                timed ? row.getDouble("write_seconds") : null,
                number(row, "evictions"),
                number(row, "fsyncs"));
    }

    private static long number(Row row, String column) {
        Long value = row.getLong(column);
        return value == null ? 0 : value;
    }

    private static double decimal(Row row, String column) {
        Double value = row.getDouble(column);
        return value == null ? 0 : value;
    }
}
