package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Checkpoints of a server, why they happen and what they cost, and the WAL that it writes. */
@Singleton
public final class Checkpoints implements Check<Checkpoints.Activity> {

    public static final String NAME = "checkpoints";

    static final Threshold STORM = Threshold.duration(
            NAME,
            "storm",
            Duration.ofMinutes(10),
            "How long checkpoints forced by WAL follow each other within 90 s before the target is degraded");
    static final Threshold REQUESTED = Threshold.count(
            NAME,
            "requested",
            10,
            "Checkpoints forced by WAL in the last hour that are a finding, if timed ones are fewer");
    static final Threshold WINDOW = Threshold.duration(
            NAME, "window", Duration.ofMinutes(30), "How long the server must have been seen to judge the last hour");
    static final Threshold SYNC = Threshold.duration(
            NAME, "sync", Duration.ofSeconds(30), "Mean time to sync files at a checkpoint that degrades the target");

    private static final String SQL = """
            select c.timed, c.requested, c.write_seconds, c.sync_seconds, c.buffers_written,
              w.wal_bytes::float8 as wal_bytes, w.wal_fpi as full_page_images,
              c.stats_reset::text || ' ' || w.stats_reset::text as reset,
              extract(epoch from pg_catalog.clock_timestamp())::float8 as now,
              extract(epoch from pg_catalog.clock_timestamp() - k.checkpoint_time)::float8 as age,
              pg_catalog.pg_wal_lsn_diff(case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
                else pg_catalog.pg_current_wal_lsn() end, k.redo_lsn)::int8 as since_redo,
              (select coalesce(pg_catalog.sum(f.size), 0) from pg_catalog.pg_ls_waldir() f)::int8 as directory,
              extract(epoch from pg_catalog.current_setting('checkpoint_timeout')::interval)::float8 as timeout_seconds,
              pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size'))::float8 as max_wal_bytes,
              pg_catalog.current_setting('checkpoint_completion_target')::float8 as target
            from ({checkpoints}) c, pg_catalog.pg_stat_get_wal() w, pg_catalog.pg_control_checkpoint() k""";

    /**
     * The counters since they were reset.
     *
     * @param timed checkpoints begun because of checkpoint_timeout
     * @param requested checkpoints begun for another reason: WAL of max_wal_size, a command, a base backup
     */
    public record Totals(
            long timed,
            long requested,
            double writeSeconds,
            double syncSeconds,
            long buffersWritten,
            double walBytes,
            long fullPageImages) {

        static final Totals ZERO = new Totals(0, 0, 0, 0, 0, 0, 0);

        Totals since(Totals before) {
            return new Totals(
                    timed - before.timed,
                    requested - before.requested,
                    writeSeconds - before.writeSeconds,
                    syncSeconds - before.syncSeconds,
                    buffersWritten - before.buffersWritten,
                    walBytes - before.walBytes,
                    fullPageImages - before.fullPageImages);
        }

        /** Whether a counter has been reset since. */
        boolean begunAnewSince(Totals before) {
            return timed < before.timed || requested < before.requested || walBytes < before.walBytes;
        }
    }

    /** The settings that decide when a checkpoint happens. */
    public record Settings(double timeoutSeconds, double maxWalBytes, double completionTarget) {}

    /**
     * What happened in a time.
     *
     * @param seconds its length; 0: nothing is known yet
     */
    public record Growth(double seconds, Totals totals) {

        static final Growth NONE = new Growth(0, Totals.ZERO);

        /**
         * Whether WAL explains the requested checkpoints. Those of commands (CREATE DATABASE, base backups) come without.
         */
        boolean forcedByWal(Settings settings) {
            return totals.requested > 0 && totals.walBytes >= totals.requested * settings.maxWalBytes / 4;
        }
    }

    /**
     * The checkpoints and WAL of a server.
     *
     * @param hour what happened in the last hour, as far as pgvigil has seen it
     * @param storm what happened since requested checkpoints have been following each other closely
     * @param peakWalBytesPerSecond the highest rate of WAL in a minute of the last hour
     * @param checkpointSecondsAgo since the last checkpoint was complete
     * @param walSinceRedoBytes WAL that a crash recovery would replay
     * @param walDirectoryBytes size of the directory pg_wal
     */
    public record Activity(
            Totals totals,
            Growth hour,
            Growth storm,
            double peakWalBytesPerSecond,
            double checkpointSecondsAgo,
            long walSinceRedoBytes,
            long walDirectoryBytes,
            Settings settings) {

        /** The max_wal_size with which a peak as in the last hour causes timed checkpoints only. */
        double proposedMaxWalBytes() {
            double needed = peakWalBytesPerSecond * settings.timeoutSeconds * (1 + settings.completionTarget) * 1.1;
            double gib = 1 << 30;
            return Math.ceil(Math.max(needed, settings.maxWalBytes * 2) / gib) * gib;
        }
    }

    record Reading(
            double now, Totals totals, Object reset, double age, long sinceRedo, long directory, Settings settings) {}

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
        return Policy.every(Duration.ofMinutes(1));
    }

    @Override
    public Requirements requirements() {
        return new Requirements(14, ExpectedRole.PRIMARY, null, true);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(STORM, REQUESTED, WINDOW, SYNC);
    }

    @Override
    public Uni<Activity> collect(Session session) {
        CheckpointHistory history = session.memory(budget -> new CheckpointHistory());
        return session.row(sql(session.facts().major()), Checkpoints::reading).map(history::add);
    }

    private static String sql(int major) {
        String checkpoints = major >= 17 ? """
                select num_timed as timed, num_requested as requested, write_time / 1000 as write_seconds,
                  sync_time / 1000 as sync_seconds, buffers_written, stats_reset from pg_catalog.pg_stat_checkpointer""" : """
                select checkpoints_timed as timed, checkpoints_req as requested, checkpoint_write_time / 1000 as write_seconds,
                  checkpoint_sync_time / 1000 as sync_seconds, buffers_checkpoint as buffers_written, stats_reset
                from pg_catalog.pg_stat_bgwriter""";
        return SQL.replace("{checkpoints}", checkpoints);
    }

    @Override
    public List<Finding> evaluate(Activity now, Previous<Activity> previous, Target target) {
        CheckpointFindings findings = new CheckpointFindings(now, target.thresholds());
        return Stream.of(findings.storm(), findings.requested(), findings.slowSync())
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void export(Activity now, MetricSink sink) {
        Totals totals = now.totals;
        sink.counter("pgvigil_checkpoints_timed_total", "Checkpoints begun because of checkpoint_timeout.", (double)
                totals.timed);
        sink.counter(
                "pgvigil_checkpoints_requested_total",
                "Checkpoints begun because of max_wal_size, a command or a base backup.",
                (double) totals.requested);
        sink.counter(
                "pgvigil_checkpoints_write_seconds_total",
                "Time that checkpoints spent writing files.",
                totals.writeSeconds);
        sink.counter(
                "pgvigil_checkpoints_sync_seconds_total",
                "Time that checkpoints spent syncing files.",
                totals.syncSeconds);
        sink.counter("pgvigil_checkpoints_buffers_written_total", "Buffers that checkpoints wrote.", (double)
                totals.buffersWritten);
        sink.gauge(
                "pgvigil_checkpoints_storm_seconds",
                "How long checkpoints forced by WAL have been following each other within 90 s.",
                now.storm.forcedByWal(now.settings) ? now.storm.seconds : 0);
        sink.gauge(
                "pgvigil_checkpoints_age_seconds",
                "Time since the last checkpoint was complete.",
                now.checkpointSecondsAgo);
        sink.counter("pgvigil_wal_bytes_total", "WAL that the server has written.", totals.walBytes);
        sink.counter(
                "pgvigil_wal_full_page_images_total", "Full page images in that WAL.", (double) totals.fullPageImages);
        sink.gauge("pgvigil_wal_since_redo_bytes", "WAL that a crash recovery would replay.", (double)
                now.walSinceRedoBytes);
        sink.gauge("pgvigil_wal_directory_bytes", "Size of the directory pg_wal.", (double) now.walDirectoryBytes);
        sink.gauge("pgvigil_wal_max_bytes", "max_wal_size.", now.settings.maxWalBytes);
    }

    private static Reading reading(Row row) {
        Totals totals = new Totals(
                row.getLong("timed"),
                row.getLong("requested"),
                row.getDouble("write_seconds"),
                row.getDouble("sync_seconds"),
                row.getLong("buffers_written"),
                row.getDouble("wal_bytes"),
                row.getLong("full_page_images"));
        return new Reading(
                row.getDouble("now"),
                totals,
                String.valueOf(row.getString("reset")),
                Math.max(0, row.getDouble("age")),
                row.getLong("since_redo"),
                row.getLong("directory"),
                new Settings(
                        row.getDouble("timeout_seconds"), row.getDouble("max_wal_bytes"), row.getDouble("target")));
    }
}
