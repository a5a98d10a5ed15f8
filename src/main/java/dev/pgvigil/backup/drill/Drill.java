package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.format.ControlFile;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.TimelineHistory;
import dev.pgvigil.backup.format.WalLimits;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.StoredFile;
import dev.pgvigil.backup.verify.Progress;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Restores one backup, recovers it to a moment, and tests what is then there. Nothing is left when it ends. A green result needs evidence for
 * each step: that the server accepts connections proves little, as it does so before it has replayed what it should.
 */
public final class Drill {

    private static final double SPARE = 1.2;
    private static final long LEAST_FREE = 256L << 20;
    private static final int LOG_LINES = 12;
    private static final int MOST_SEGMENTS = 100_000;

    private final Scratch scratch;
    private final DrillPlan plan;
    private final Progress progress;
    private final long begun = System.nanoTime();
    private final List<String> failures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Duration> phases = new LinkedHashMap<>();
    private final DataChecks checks;
    private long phaseBegun = begun;
    private @Nullable ProofLevel level;
    private @Nullable Instant moment;
    private @Nullable Duration recovery;

    private Drill(Scratch scratch, DrillPlan plan, Progress progress) {
        this.scratch = scratch;
        this.plan = plan;
        this.progress = progress;
        this.checks = new DataChecks(plan, progress, failures, notes);
    }

    /**
     * Runs a drill to its end.
     *
     * @throws InterruptedIOException if it is cancelled
     */
    public static DrillResult run(Scratch scratch, DrillPlan plan, Progress progress) throws InterruptedIOException {
        return new Drill(scratch, plan, progress).run();
    }

    private DrillResult run() throws InterruptedIOException {
        Verdict stopped = Verdict.FAILED;
        Path drill = null;
        try {
            requireSupport();
            drill = scratch.create();
            recover(drill);
        } catch (DrillException e) {
            stopped = e.verdict();
            (stopped == Verdict.FAILED ? failures : notes).add(e.text());
        } catch (InterruptedIOException e) {
            throw e;
        } catch (SQLException e) {
            failures.add("a query of the restored server failed (" + e.getSQLState() + "): " + e.getMessage());
        } catch (IOException e) {
            failures.add("the backup cannot be restored: " + e.getMessage());
        } finally {
            remove(drill);
        }
        if (progress.cancelled()) {
            throw new InterruptedIOException("cancelled");
        }
        Verdict verdict = !failures.isEmpty() ? Verdict.FAILED : level == null ? stopped : Verdict.PASSED;
        return new DrillResult(
                verdict, level, failures, notes, moment, recovery, phases, checks.tables(), checks.rows());
    }

    private void remove(@Nullable Path drill) {
        if (drill != null) {
            try {
                Scratch.remove(drill);
            } catch (IOException e) {
                notes.add("the scratch directory could not be removed: " + e.getMessage());
            }
        }
    }

    private void requireSupport() throws DrillException {
        Backup backup = plan.backup();
        boolean readable = backup.layout() == Backup.Layout.PLAIN || backup.layout() == Backup.Layout.TAR;
        if (!backup.physical() || !readable) {
            throw new DrillException(
                    Verdict.UNSUPPORTED,
                    "backups of this format are not restored: only base backups, plain or in tar files");
        }
        if (backup.kind() != Backup.Kind.FULL) {
            throw new DrillException(Verdict.UNSUPPORTED, "incremental backups are not combined, and so not restored");
        }
        if (!Files.isExecutable(plan.programs().resolve("postgres"))) {
            throw new DrillException(
                    Verdict.UNSUPPORTED,
                    "there is no server of PostgreSQL " + backup.major() + " at " + plan.programs()
                            + ": set backups.programs");
        }
    }

    private void recover(Path drill) throws IOException, DrillException, SQLException {
        Backup backup = plan.backup();
        requireSpace(backup);
        progress.phase("restore", backup.bytes());
        new Restore(drill, progress).restore(plan.inventory().listing(), backup);
        requireCluster(drill);
        phase("restore");
        WalFollower.Reach reach = stage(drill);
        phase("wal");
        RecoveryTarget target = null;
        if (reach != null) {
            if (reach.damage() != null) {
                failures.add("WAL ends before the end of the archive: " + reach.damage());
            }
            try {
                target = RecoveryTarget.of(backup, reach, plan.moment());
            } catch (DrillException e) {
                if (e.verdict() == Verdict.FAILED) {
                    throw e;
                }
                notes.add(e.text());
            }
        } else if (plan.moment() != null) {
            throw DrillException.failed("there is no archive of WAL, so no moment can be recovered to");
        } else {
            notes.add("there is no archive of WAL: only the end of the backup was recovered, not a moment");
        }
        serve(drill, target, reach);
    }

    private void requireSpace(Backup backup) throws IOException, DrillException {
        long wal = plan.wal() == null ? 0 : plan.wal().bytes();
        // What tar files unpack to is known by their manifest only; compressed ones are a tenth at worst.
        long restored = backup.layout() == Backup.Layout.PLAIN ? backup.bytes() : backup.bytes() * 3;
        long needed = (long) ((restored + wal) * SPARE) + LEAST_FREE;
        long free = Files.getFileStore(scratch.directory()).getUsableSpace();
        if (free < needed) {
            throw new DrillException(
                    Verdict.NOT_RUN,
                    "the scratch directory has " + (free >> 20) + " MB free, and " + (needed >> 20) + " MB are needed");
        }
    }

    private void requireCluster(Path drill) throws IOException, DrillException {
        Path control = drill.resolve("data/global/pg_control");
        if (!Files.exists(control)) {
            throw DrillException.failed("the backup has no global/pg_control");
        }
        String found = ControlFile.parse(Files.readAllBytes(control)).systemIdentifier();
        String expected = plan.backup().system();
        if (expected != null && !expected.equals(found)) {
            throw DrillException.failed("the restored cluster is " + found + ", not " + expected);
        }
    }

    /** Copies verified WAL to where the server's restore_command takes it from. */
    private WalFollower.@Nullable Reach stage(Path drill) throws IOException {
        WalArchive archive = plan.wal();
        Lsn start = plan.backup().start();
        if (archive == null || start == null || archive.size() == 0) {
            return null;
        }
        progress.phase("wal", archive.bytes());
        Path to = Files.createDirectories(drill.resolve("wal"));
        String system = plan.backup().system();
        WalFollower follower = new WalFollower(
                system == null ? 0 : Long.parseUnsignedLong(system),
                Math.max(1, plan.backup().timeline()),
                start);
        WalFollower.Reach reach = follower.advance(archive, progress);
        List<WalFollower.Segment> segments = follower.segments();
        for (WalFollower.Segment segment : segments.subList(0, Math.min(MOST_SEGMENTS, segments.size()))) {
            copy(archive, segment.file(), to.resolve(segment.name().toString()));
        }
        TimelineHistory history = archive.newest(plan.backup().timeline());
        if (history != null) {
            for (Map.Entry<String, StoredFile> file : archive.historyFiles().entrySet()) {
                copy(archive, file.getValue(), to.resolve(file.getKey()));
            }
        }
        return reach;
    }

    private void copy(WalArchive archive, StoredFile file, Path to) throws IOException {
        try (InputStream in = archive.open(file)) {
            Files.copy(in, to);
            progress.check();
        }
    }

    private void serve(Path drill, @Nullable RecoveryTarget target, WalFollower.@Nullable Reach reach)
            throws IOException, DrillException, SQLException {
        progress.phase("recover", 0);
        WalLimits limits = reach == null ? null : reach.limits();
        Map<String, String> settings = target == null ? Map.of() : settings(drill, target);
        try (ScratchServer server =
                ScratchServer.start(drill, plan, plan.backup().major(), limits, settings, progress)) {
            try {
                if (target == null) {
                    started(server);
                } else {
                    recovered(server, target);
                }
                phase("recover");
                progress.phase("test", 0);
                checks.run(server, target != null);
                if (failures.isEmpty() && !plan.assertions().isEmpty() && level == ProofLevel.RECOVERS) {
                    level = ProofLevel.DATA_ASSERTED;
                }
                phase("test");
            } finally {
                server.log(LOG_LINES).forEach(line -> notes.add("log: " + line));
            }
        }
    }

    private static Map<String, String> settings(Path drill, RecoveryTarget target) {
        return Map.of(
                "restore_command",
                "cp \"" + drill.resolve("wal") + "/%f\" \"%p\"",
                "recovery_target_time",
                target.setting(),
                "recovery_target_action",
                "pause",
                "recovery_target_timeline",
                "latest");
    }

    /** Recovery to the end of the backup alone. */
    private void started(ScratchServer server) throws DrillException, InterruptedIOException {
        while (true) {
            progress.check();
            requireRunning(server);
            try (Connection connection = server.connect("postgres")) {
                if (!flag(connection, "select pg_is_in_recovery()")) {
                    level = ProofLevel.STARTS;
                    return;
                }
            } catch (SQLException e) {
                retry(e);
            }
            ScratchServer.pause();
        }
    }

    /** Waits until recovery is paused at the target, and verifies that it is the right one; then ends recovery. */
    private void recovered(ScratchServer server, RecoveryTarget target)
            throws DrillException, SQLException, InterruptedIOException {
        try (Connection connection = paused(server)) {
            level = ProofLevel.STARTS;
            moment = target.moment();
            Instant reached = time(connection, "select pg_last_xact_replay_timestamp()");
            boolean right = reached != null
                    && (target.exact() == null ? !reached.isAfter(target.moment()) : reached.equals(target.exact()));
            if (!right) {
                throw DrillException.failed("recovery stopped after the commit of "
                        + (reached == null ? "no transaction" : reached) + ", not at " + target.moment());
            }
            level = ProofLevel.RECOVERS;
            recovery = Duration.ofNanos(System.nanoTime() - begun);
            checks.assertions(server);
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_wal_replay_resume()");
            }
            while (flag(connection, "select pg_is_in_recovery()")) {
                progress.check();
                requireRunning(server);
                ScratchServer.pause();
            }
        }
    }

    private Connection paused(ScratchServer server) throws DrillException, InterruptedIOException {
        while (true) {
            progress.check();
            requireRunning(server);
            Connection connection = null;
            try {
                connection = server.connect("postgres");
                while (true) {
                    progress.check();
                    if (!flag(connection, "select pg_is_in_recovery()")) {
                        throw DrillException.failed(
                                "recovery ended without stopping at the moment: the data is newer than asked for");
                    }
                    if ("paused".equals(text(connection, "select pg_get_wal_replay_pause_state()"))) {
                        return connection;
                    }
                    ScratchServer.pause();
                }
            } catch (SQLException e) {
                close(connection);
                retry(e);
            } catch (DrillException | InterruptedIOException e) {
                close(connection);
                throw e;
            }
            ScratchServer.pause();
        }
    }

    private static void close(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // the server has ended
            }
        }
    }

    private void requireRunning(ScratchServer server) throws DrillException {
        if (!server.running()) {
            boolean late = System.nanoTime() - begun > plan.deadline().toNanos();
            throw DrillException.failed(
                    late
                            ? "the drill took longer than " + plan.deadline().toMinutes() + " min"
                            : "the restored server ended before it reached the moment; the last lines of its log are among the notes");
        }
    }

    /** Not connectable yet; anything but that, and starting up, is final. */
    private static void retry(SQLException e) throws DrillException {
        String state = String.valueOf(e.getSQLState());
        if (!state.startsWith("08") && !state.equals("57P03") && !state.equals("57P01")) {
            throw DrillException.failed("the restored server refuses (" + state + "): " + e.getMessage());
        }
    }

    private void phase(String name) {
        long now = System.nanoTime();
        phases.put(name, Duration.ofNanos(now - phaseBegun));
        phaseBegun = now;
    }

    private static boolean flag(Connection connection, String sql) throws SQLException {
        return "t".equals(text(connection, sql));
    }

    static @Nullable String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private static @Nullable Instant time(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            OffsetDateTime time = rows.next() ? rows.getObject(1, OffsetDateTime.class) : null;
            return time == null ? null : time.toInstant();
        }
    }
}
