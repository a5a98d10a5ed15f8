package dev.pgvigil.check.replication;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.WrittenWal;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** WAL archiving: archiving that fails, falls behind, or leaves recent changes unarchived. */
@Singleton
public final class Archiver implements Check<Archiver.Archive> {

    public static final String NAME = "archiver";

    static final Threshold BACKLOG = Threshold.duration(
            NAME, "backlog", Duration.ofMinutes(10), "Time for which a WAL file has waited that degrades the target");
    static final Threshold LATE = Threshold.duration(
            NAME, "late", Duration.ofHours(1), "Time without archiving while WAL is written that is a finding");

    /** Less is written by the server itself while nobody changes anything. */
    static final long WRITTEN_BYTES = 1 << 20;

    private static final String SQL = """
            select pg_catalog.current_setting('archive_mode') as mode,
              pg_catalog.current_setting('archive_mode') = 'always'
                or (pg_catalog.current_setting('archive_mode') = 'on' and not pg_catalog.pg_is_in_recovery()) as active,
              pg_catalog.current_setting('archive_command') not in ('', '(disabled)')
                or coalesce(pg_catalog.current_setting('archive_library', true), '') <> '' as configured,
              extract(epoch from pg_catalog.current_setting('archive_timeout')::interval)::float8 as timeout,
              ((case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn()
                else pg_catalog.pg_current_wal_lsn() end) - '0/0')::int8 as position,
              case when pg_catalog.current_setting('track_commit_timestamp') = 'on'
                then (select c.timestamp from pg_catalog.pg_last_committed_xact() c) end as last_commit,
              a.archived_count, a.last_archived_wal, a.failed_count, a.last_failed_wal,
              coalesce(a.last_failed_time > coalesce(a.last_archived_time, '-infinity'), false) as failing,
              extract(epoch from pg_catalog.clock_timestamp() - a.last_archived_time)::float8 as archived_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - a.last_failed_time)::float8 as failed_seconds,
              extract(epoch from pg_catalog.clock_timestamp() - greatest(coalesce(a.last_archived_time, a.stats_reset),
                pg_catalog.pg_postmaster_start_time()))::float8 as idle_seconds
            from pg_catalog.pg_stat_archiver a""";

    private static final String READY = """
            select pg_catalog.count(*) as files,
              extract(epoch from pg_catalog.clock_timestamp() - min(modification))::float8 as oldest
            from pg_catalog.pg_ls_archive_statusdir() where name like '%.ready'""";

    /**
     * The archiving of a server.
     *
     * @param mode {@code off}, {@code on}, {@code always}
     * @param active whether this server archives, in its present role
     * @param configured whether there is an archive command or library
     * @param timeoutSeconds {@code archive_timeout}; 0: a file is archived when it is full
     * @param failing whether the last attempt failed
     * @param readyFiles files that wait to be archived; null: not active
     * @param oldestReadySeconds for how long the oldest of them has waited
     * @param idleSeconds since the last success, or since archiving could have begun
     * @param writtenBytes WAL written since the last success, as far as pgvigil has seen it
     * @param walPosition the end of WAL
     * @param lastCommit null: the server does not record it
     */
    public record Archive(
            String mode,
            boolean active,
            boolean configured,
            double timeoutSeconds,
            boolean failing,
            long archivedCount,
            long failedCount,
            @Nullable String lastArchivedWal,
            @Nullable Double lastArchivedSeconds,
            @Nullable String lastFailedWal,
            @Nullable Double lastFailedSeconds,
            @Nullable Long readyFiles,
            @Nullable Double oldestReadySeconds,
            @Nullable Double idleSeconds,
            long writtenBytes,
            @Nullable Long walPosition,
            @Nullable Instant lastCommit)
            implements WrittenWal {

        Archive(
                String mode,
                boolean active,
                boolean configured,
                double timeoutSeconds,
                boolean failing,
                long archivedCount,
                long failedCount,
                @Nullable String lastArchivedWal,
                @Nullable Double lastArchivedSeconds,
                @Nullable String lastFailedWal,
                @Nullable Double lastFailedSeconds,
                @Nullable Long readyFiles,
                @Nullable Double oldestReadySeconds,
                @Nullable Double idleSeconds,
                long writtenBytes) {
            this(
                    mode,
                    active,
                    configured,
                    timeoutSeconds,
                    failing,
                    archivedCount,
                    failedCount,
                    lastArchivedWal,
                    lastArchivedSeconds,
                    lastFailedWal,
                    lastFailedSeconds,
                    readyFiles,
                    oldestReadySeconds,
                    idleSeconds,
                    writtenBytes,
                    null,
                    null);
        }
    }

    private record Ready(@Nullable Long files, @Nullable Double oldest) {}

    /** Where the WAL ended when pgvigil first saw the present number of archived files. */
    private static final class Mark {

        private long archived = -1;
        private long position;

        long written(long count, long now) {
            if (count != archived || now < position) {
                archived = count;
                position = now;
            }
            return now - position;
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

    /** A failed attempt is repeated by the server; several in a row are a finding. */
    @Override
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(30))
                .before(15, Duration.ofMinutes(1))
                .with(new Debounce(2, 3));
    }

    /** The directory of files that wait. */
    @Override
    public Requirements requirements() {
        return Requirements.MONITOR;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(BACKLOG, LATE);
    }

    @Override
    public Uni<Archive> collect(Session session) {
        Mark mark = session.memory(budget -> new Mark());
        return session.row(SQL, row -> row).flatMap(row -> {
            Uni<Ready> ready = row.getBoolean("active")
                    ? session.row(READY, files -> new Ready(files.getLong("files"), files.getDouble("oldest")))
                    : Uni.createFrom().item(new Ready(null, null));
            return ready.map(files -> archive(row, files, mark));
        });
    }

    private static Archive archive(Row row, Ready ready, Mark mark) {
        long archived = row.getLong("archived_count");
        Long position = row.getLong("position");
        OffsetDateTime committed = row.getOffsetDateTime("last_commit");
        return new Archive(
                row.getString("mode"),
                row.getBoolean("active"),
                row.getBoolean("configured"),
                row.getDouble("timeout"),
                row.getBoolean("failing"),
                archived,
                row.getLong("failed_count"),
                row.getString("last_archived_wal"),
                row.getDouble("archived_seconds"),
                row.getString("last_failed_wal"),
                row.getDouble("failed_seconds"),
                ready.files,
                ready.oldest,
                row.getDouble("idle_seconds"),
                position == null ? 0 : mark.written(archived, position),
                position,
                committed == null ? null : committed.toInstant());
    }

    @Override
    public List<Finding> evaluate(Archive now, Previous<Archive> previous, Target target) {
        if (!now.active) {
            return List.of();
        }
        return Stream.of(
                        unconfigured(now),
                        failing(now),
                        backlog(now, target.thresholds()),
                        late(now, target.thresholds()))
                .flatMap(Optional::stream)
                .limit(1) // each of them explains those behind it
                .toList();
    }

    private static Optional<Finding> unconfigured(Archive now) {
        if (now.configured) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        NAME,
                        "unconfigured",
                        Status.DEGRADED,
                        Severity.HIGH,
                        "archiving has no command",
                        "archive_mode is " + now.mode + ", archive_command is empty, " + waiting(now))
                .threshold("at once")
                .cause(
                        "With archive_mode on and neither archive_command nor archive_library, the server keeps all WAL until "
                                + "the disk is full.")
                .action(
                        "Set archive_command or archive_library and reload; if nothing shall be archived, set archive_mode "
                                + "= off and restart, or until then archive_command = '/bin/true'.")
                .sql("select name, setting from pg_settings where name like 'archive%'"));
    }

    private static Optional<Finding> failing(Archive now) {
        Long ready = now.readyFiles;
        if (!now.failing || ready == null || ready == 0) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        NAME,
                        "failing",
                        Status.DEGRADED,
                        Severity.HIGH,
                        "WAL archiving fails",
                        "archiving of %s failed%s; last success %s; %s"
                                .formatted(
                                        HumanFormat.orUnknown(now.lastFailedWal),
                                        ago(now.lastFailedSeconds),
                                        now.lastArchivedSeconds == null
                                                ? "unknown"
                                                : ago(now.lastArchivedSeconds).strip(),
                                        waiting(now)))
                .threshold("the last attempt failed, in 2 of 3 results")
                .cause(
                        "The archive command or library returns an error: the archive is full or not reachable, credentials "
                                + "have expired, or the file exists there with other contents. WAL is kept until it succeeds, and can "
                                + "fill the disk; backups cannot be restored to a time after the last success.")
                .action(
                        "The server's log has the error of the command. Repair the archive; the server then continues by "
                                + "itself.")
                .sql("select * from pg_stat_archiver"));
    }

    private static Optional<Finding> backlog(Archive now, Thresholds limits) {
        Long ready = now.readyFiles;
        Double oldest = now.oldestReadySeconds;
        if (ready == null || ready < 2 || oldest == null || oldest < limits.of(BACKLOG)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        NAME,
                        "backlog",
                        Status.DEGRADED,
                        Severity.MEDIUM,
                        "WAL archiving is behind",
                        waiting(now) + ", the oldest for " + HumanFormat.seconds(oldest))
                .threshold("degraded from " + HumanFormat.seconds(limits.of(BACKLOG)))
                .cause("The server writes WAL faster than the archive command stores it, or the command hangs.")
                .action("Look at what the command waits for. Archive in parallel or with compression (pgBackRest "
                        + "archive-async, WAL-G), or nearer to the server.")
                .sql("select count(*), min(modification) from pg_ls_archive_statusdir() where name like '%.ready'"));
    }

    private static Optional<Finding> late(Archive now, Thresholds limits) {
        Double idle = now.idleSeconds;
        if (idle == null || idle < limits.of(LATE) || now.writtenBytes < WRITTEN_BYTES) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        NAME,
                        "late",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "recent changes are not archived",
                        "nothing was archived for %s, %s of WAL were written since"
                                .formatted(HumanFormat.seconds(idle), HumanFormat.bytes(now.writtenBytes)))
                .threshold("from " + HumanFormat.seconds(limits.of(LATE)))
                .cause(
                        now.timeoutSeconds == 0
                                ? "archive_timeout is 0, so a file is archived only when it is full. If the server is lost, so is "
                                        + "what came after the last file."
                                : "archive_timeout is %s, but no file was completed."
                                        .formatted(HumanFormat.seconds(now.timeoutSeconds)))
                .action(
                        "Set archive_timeout to the time of changes that may be lost, such as 5min, and reload; or stream WAL to "
                                + "the archive with pg_receivewal.")
                .expectedEffect("At most the time of archive_timeout is lost if the server is lost.")
                .sql("alter system set archive_timeout = '5min'; select pg_reload_conf();"));
    }

    private static String waiting(Archive now) {
        Long ready = now.readyFiles;
        return ready == null ? "" : HumanFormat.count(ready, "file") + (ready == 1 ? " waits" : " wait");
    }

    private static String ago(@Nullable Double seconds) {
        return seconds == null ? "" : " " + HumanFormat.seconds(Math.max(0, seconds)) + " ago";
    }

    @Override
    public void export(Archive now, MetricSink sink) {
        if (!now.active) {
            return;
        }
        sink.counter("pgvigil_archiver_archived_total", "WAL files archived.", (double) now.archivedCount);
        sink.counter("pgvigil_archiver_failed_total", "Attempts to archive a WAL file that failed.", (double)
                now.failedCount);
        sink.gauge("pgvigil_archiver_failing", "1 if the last attempt to archive failed.", now.failing ? 1 : 0);
        Long ready = now.readyFiles;
        if (ready != null) {
            sink.gauge("pgvigil_archiver_ready_files", "WAL files that wait to be archived.", (double) ready);
        }
        Double oldest = now.oldestReadySeconds;
        if (ready != null) {
            sink.gauge(
                    "pgvigil_archiver_oldest_ready_seconds",
                    "For how long the oldest WAL file has waited to be archived; 0: none waits.",
                    oldest == null ? 0 : oldest);
        }
        Double archived = now.lastArchivedSeconds;
        if (archived != null) {
            sink.gauge("pgvigil_archiver_last_success_seconds", "Since the last WAL file was archived.", archived);
        }
    }
}
