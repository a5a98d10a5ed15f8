package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The autovacuum workers of a server: whether there are any, and whether they have been all busy for long. */
@Singleton
public final class Autovacuum implements Check<Autovacuum.Workers> {

    public static final String NAME = "autovacuum";

    static final Threshold BUSY = Threshold.duration(
            NAME,
            "busy",
            Duration.ofHours(1),
            "How long all workers are busy without interruption before it is a finding");

    private static final int MOST = 50;

    private static final String SETTINGS = """
            select pg_catalog.current_setting('autovacuum')::bool as autovacuum,
              pg_catalog.current_setting('track_counts')::bool as track_counts,
              pg_catalog.current_setting('autovacuum_max_workers')::int4 as workers,
              extract(epoch from pg_catalog.clock_timestamp())::float8 as now""";

    private static final String WORKERS =
            """
            select s.pid, {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              extract(epoch from pg_catalog.clock_timestamp() - s.xact_start)::float8 as seconds, {query} as query,
              p.param1 as phase, p.param2::float8 as total, p.param3::float8 as scanned
            from pg_catalog.pg_stat_get_activity(null) s
            left join pg_catalog.pg_database d on d.oid = s.datid
            left join pg_catalog.pg_stat_get_progress_info('VACUUM') p on p.pid = s.pid
            where s.backend_type = 'autovacuum worker'
            order by s.xact_start, s.pid
            limit\s""".replace("{datname}", RawText.sql("d.datname")).replace("{query}", RawText.sql("s.query", 300)) + MOST;

    /** As in {@code pg_stat_progress_vacuum}. */
    private static final List<String> PHASES = List.of(
            "initializing",
            "scanning heap",
            "vacuuming indexes",
            "vacuuming heap",
            "cleaning up indexes",
            "truncating heap",
            "performing final cleanup");

    /**
     * One worker.
     *
     * @param seconds age of its transaction
     * @param work what it does, as in {@code pg_stat_activity}
     * @param phase null: it does not vacuum, but analyzes or looks for work
     * @param scanned share of the table that is scanned, 0 to 1
     */
    public record Worker(
            int pid,
            @Nullable String datname,
            @Nullable Double seconds,
            @Nullable String work,
            @Nullable String phase,
            @Nullable Double scanned) {

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "pid", pid,
                    "datname", datname,
                    "seconds", seconds,
                    "work", work,
                    "phase", phase,
                    "scanned", scanned);
        }
    }

    /**
     * The workers of a server.
     *
     * @param autovacuum whether it is on
     * @param trackCounts without which autovacuum does nothing
     * @param maxWorkers autovacuum_max_workers
     * @param workers longest first
     * @param busySeconds how long pgvigil has seen all of them busy without interruption
     */
    public record Workers(
            boolean autovacuum, boolean trackCounts, int maxWorkers, List<Worker> workers, double busySeconds) {

        public Workers {
            workers = List.copyOf(workers);
        }
    }

    private record Settings(boolean autovacuum, boolean trackCounts, int maxWorkers, double now) {}

    /** Since when all workers have been busy. */
    private static final class BusySince {

        private @Nullable Double first;

        Workers add(Settings settings, List<Worker> workers) {
            boolean busy = !workers.isEmpty() && workers.size() >= settings.maxWorkers;
            Double since = busy ? (first == null ? Double.valueOf(settings.now) : first) : null;
            first = since;
            double seconds = since == null ? 0 : Math.round((settings.now - since) * 1000) / 1000.0;
            return new Workers(settings.autovacuum, settings.trackCounts, settings.maxWorkers, workers, seconds);
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

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(30));
    }

    @Override
    public Requirements requirements() {
        return new Requirements(14, ExpectedRole.PRIMARY, null, true);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(BUSY);
    }

    @Override
    public Uni<Workers> collect(Session session) {
        BusySince since = session.memory(budget -> new BusySince());
        return session.row(
                        SETTINGS,
                        row -> new Settings(
                                row.getBoolean("autovacuum"),
                                row.getBoolean("track_counts"),
                                row.getInteger("workers"),
                                row.getDouble("now")))
                .flatMap(settings ->
                        session.rows(WORKERS, Autovacuum::worker).map(workers -> since.add(settings, workers)));
    }

    @Override
    public List<Finding> evaluate(Workers now, Previous<Workers> previous, Target target) {
        return Stream.of(off(now), busy(now, target.thresholds()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Advice; what it does to tables is told by the check vacuum. */
    private static Optional<Finding> off(Workers now) {
        if (now.autovacuum && now.trackCounts) {
            return Optional.empty();
        }
        String setting = now.autovacuum ? "track_counts" : "autovacuum";
        return Optional.of(
                Finding.of(NAME, "off", Status.HEALTHY, Severity.MEDIUM, "autovacuum is off", setting + " is off")
                        .cause(
                                "Dead rows are not removed and statistics of tables are not renewed, except against wraparound. Often it was "
                                        + "switched off for a bulk load and forgotten.")
                        .action("Switch " + setting + " on.")
                        .expectedEffect(
                                "Dead rows are removed again and statistics renewed, so that tables do not bloat and plans stay right.")
                        .sql("alter system set " + setting + " = on; select pg_reload_conf()"));
    }

    private static Optional<Finding> busy(Workers now, Thresholds limits) {
        if (now.busySeconds <= 0 || now.busySeconds < limits.of(BUSY)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        NAME,
                        "busy",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "all autovacuum workers are busy",
                        "%d of %d workers have been busy for %s"
                                .formatted(now.workers.size(), now.maxWorkers, HumanFormat.seconds(now.busySeconds)))
                .threshold("from " + HumanFormat.seconds(limits.of(BUSY)))
                .evidence(now.workers.stream()
                        .limit(EvidenceRow.MOST)
                        .map(Worker::row)
                        .toList())
                .cause(
                        "Tables that need vacuum wait for a worker. The workers share one cost limit: more workers alone make each of "
                                + "them slower.")
                .action(
                        "Raise autovacuum_vacuum_cost_limit or lower autovacuum_vacuum_cost_delay; then, for many small tables, raise "
                                + "autovacuum_max_workers. Have large tables vacuumed more often by a smaller scale factor.")
                .expectedEffect("Tables that wait for a worker are vacuumed sooner.")
                .sql("select * from pg_stat_progress_vacuum"));
    }

    @Override
    public void export(Workers now, MetricSink sink) {
        sink.gauge("pgvigil_autovacuum_enabled", "1 if autovacuum is on.", now.autovacuum && now.trackCounts ? 1 : 0);
        sink.gauge("pgvigil_autovacuum_workers", "Autovacuum workers that run.", now.workers.size());
        sink.gauge("pgvigil_autovacuum_workers_limit", "autovacuum_max_workers.", now.maxWorkers);
        sink.gauge(
                "pgvigil_autovacuum_busy_seconds",
                "How long all autovacuum workers have been busy, as far as pgvigil has seen.",
                now.busySeconds);
    }

    private static Worker worker(Row row) {
        Long phase = row.getLong("phase");
        Double total = row.getDouble("total");
        Double scanned = row.getDouble("scanned");
        Double seconds = row.getDouble("seconds");
        return new Worker(
                row.getInteger("pid"),
                RawText.of(row, "datname", row.getString("encoding")),
                seconds == null ? null : Math.max(0, Math.round(seconds * 1000) / 1000.0),
                RawText.of(row, "query", row.getString("encoding")),
                phase == null || phase < 0 || phase >= PHASES.size() ? null : PHASES.get(phase.intValue()),
                total == null || scanned == null || total <= 0 ? null : Math.round(scanned / total * 1000) / 1000.0);
    }
}
