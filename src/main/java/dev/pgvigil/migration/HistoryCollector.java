package dev.pgvigil.migration;

import dev.pgvigil.migration.HistoryReading.Content;
import dev.pgvigil.migration.MigrationHistory.LockRow;
import dev.pgvigil.migration.MigrationHistory.Runner;
import dev.pgvigil.migration.MigrationHistory.Unread;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.Session;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the histories of a database: first the tables, then the locks of running tools, then again what looked as if a
 * migration had failed, because a migration may have ended in between.
 *
 * @param stuckAfter how long a lock may be set without a sign of work
 */
record HistoryCollector(
        Session session, UnchangedSince times, ExpectedVersions expected, Duration stuckAfter, long unlisted) {

    /** More rows than any history of migrations has: such a table is not read. */
    static final long MOST_ROWS = 100_000;

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String SESSIONS = """
            select pg_catalog.count(*) as earlier,
              pg_catalog.count(*) filter (where a.xact_start < pg_catalog.clock_timestamp() - interval '1 minute'
                or a.pid in (select l.pid from pg_catalog.pg_locks l where l.locktype = 'relation' and l.relation >= 16384
                  and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                    'AccessExclusiveLock'))) as working
            from pg_catalog.pg_stat_activity a
            where a.datname = pg_catalog.current_database() and a.backend_type = 'client backend'
              and a.pid <> pg_catalog.pg_backend_pid() and a.application_name is distinct from 'pgvigil'
              and a.backend_start <= pg_catalog.to_timestamp({since})""";

    /** What belongs together in one pass. */
    private record Pass(
            List<HistoryReading> readings, ToolLocks locks, Map<String, LockRow> lockRows, Set<String> tools) {}

    Uni<Histories> collect(List<HistoryReading> found) {
        Set<String> tools = new TreeSet<>();
        found.forEach(reading -> tools.add(reading.tool().name()));
        return each(found, reading -> read(reading, tools))
                .flatMap(readings -> ToolLocks.query(session, readings)
                        .flatMap(locks -> lockRows(readings, locks)
                                .flatMap(rows -> each(readings, reading -> confirm(reading, locks))
                                        .map(confirmed -> histories(new Pass(confirmed, locks, rows, tools))))));
    }

    private Uni<HistoryReading> read(HistoryReading found, Set<String> tools) {
        if (found.unread() != null) {
            return Uni.createFrom().item(found);
        }
        HistoryQuery query = found.tool().query(found.table());
        Uni<HistoryReading> read = session.row(query.statement(), Content::of)
                .map(content -> new HistoryReading(found.tool(), found.table(), null, content, null));
        if (!expected.of(found.tool().name(), tools).isEmpty()) {
            read = read.flatMap(
                    reading -> session.rows(query.versionsStatement(), row -> String.valueOf(row.getString(0)))
                            .map(reading::versions));
        }
        return read.onFailure(HistoryCollector::isAnswer)
                .recoverWithItem(thrown -> HistoryReading.unread(found.tool(), found.table(), reason(thrown)));
    }

    /** Whether the server refused the statement; any other failure is one of the session. */
    private static boolean isAnswer(Throwable thrown) {
        return thrown instanceof FailureException refused
                && refused.failure().sqlState() != null
                && !refused.failure().reason().keepsOut();
    }

    private static Unread reason(Throwable thrown) {
        String state =
                thrown instanceof FailureException refused ? refused.failure().sqlState() : null;
        return LOCK_NOT_AVAILABLE.equals(state)
                ? Unread.LOCKED
                : INSUFFICIENT_PRIVILEGE.equals(state) ? Unread.PRIVILEGE : Unread.FAILED;
    }

    private Uni<Map<String, LockRow>> lockRows(List<HistoryReading> readings, ToolLocks locks) {
        Map<String, LockRow> rows = new HashMap<>();
        List<HistoryReading> locked = readings.stream()
                .filter(reading ->
                        reading.content() != null && reading.content().locked())
                .toList();
        return each(
                        locked,
                        reading -> lockRow(reading, locks)
                                .invoke(row -> rows.put(reading.table().shown(), row)))
                .replaceWith(rows);
    }

    private Uni<LockRow> lockRow(HistoryReading reading, ToolLocks locks) {
        Content content = reading.content();
        String by = content == null ? null : content.lockedBy();
        String at = content == null ? null : content.lockedAt();
        double seconds = times.seconds("lock " + reading.table().shown(), by + " " + at, locks.now());
        String since = String.format(Locale.ROOT, "%.6f", locks.now() - seconds);
        return session.row(
                SESSIONS.replace("{since}", since),
                row -> new LockRow(by, at, seconds, row.getLong("earlier"), row.getLong("working")));
    }

    private Uni<HistoryReading> confirm(HistoryReading reading, ToolLocks locks) {
        Content content = reading.content();
        boolean doubtful =
                content != null && (content.locked() || (content.interrupted() && locks.runner(reading) == null));
        return doubtful
                ? session.row(reading.tool().query(reading.table()).statement(), Content::of)
                        .map(again ->
                                new HistoryReading(reading.tool(), reading.table(), null, again, reading.versions()))
                        .onFailure(HistoryCollector::isAnswer)
                        .recoverWithItem(reading)
                : Uni.createFrom().item(reading);
    }

    private Histories histories(Pass pass) {
        List<MigrationHistory> histories =
                pass.readings.stream().map(reading -> history(reading, pass)).toList();
        times.endPass();
        return Histories.of(histories, unlisted, expected.unassigned(pass.tools));
    }

    private MigrationHistory history(HistoryReading reading, Pass pass) {
        MigrationTool tool = reading.tool();
        HistoryTable table = reading.table();
        String place = table.shown();
        double now = pass.locks.now();
        Content content = reading.content();
        Runner runner = pass.locks.runner(reading);
        LockRow lock = content != null && content.locked() ? pass.lockRows.get(place) : null;
        MigrationState state = state(reading, runner, lock);
        String version = content == null ? null : content.version();
        Double changed = content == null ? null : times.changed("version " + place, String.valueOf(version), now);
        List<String> pending = ExpectedVersions.pending(tool, expected.of(tool.name(), pass.tools), reading.versions());
        return new MigrationHistory(
                tool.name(),
                table.schema(),
                table.name(),
                state,
                reading.unread(),
                reading.unread() == Unread.PRIVILEGE ? unreadable(tool, table) : List.of(),
                version,
                content == null ? null : content.applied(),
                table.rows(),
                content == null ? null : content.appliedAt(),
                changed == null ? null : Instant.ofEpochMilli(Math.round(changed * 1000)),
                failed(content),
                pending == null ? null : pending.size(),
                pending == null ? List.of() : pending.stream().limit(5).toList(),
                pending == null || pending.isEmpty() ? null : times.seconds("pending " + place, "", now),
                times.seconds("state " + place, state.name(), now),
                runner,
                pass.locks.waiting(reading),
                lock,
                tool.unlock(table));
    }

    private MigrationState state(HistoryReading reading, @Nullable Runner runner, @Nullable LockRow lock) {
        double patience = stuckAfter.toMillis() / 1000.0;
        Content content = reading.content();
        if (runner != null) {
            return runner.idleFor(patience) ? MigrationState.STUCK : MigrationState.RUNNING;
        }
        if (content == null) {
            return MigrationState.UNKNOWN;
        }
        if (content.locked()) {
            return lock != null && !reading.tool().leases() && lock.abandoned(patience)
                    ? MigrationState.STUCK
                    : MigrationState.RUNNING;
        }
        if (content.failed() != null) {
            return MigrationState.FAILED;
        }
        if (content.interrupted()) {
            return content.dirty() ? MigrationState.DIRTY : MigrationState.FAILED;
        }
        boolean empty = content.version() == null && (content.applied() == null || content.applied() == 0);
        return empty ? MigrationState.NONE : MigrationState.OK;
    }

    private static @Nullable String failed(@Nullable Content content) {
        return content == null ? null : content.failed() != null ? content.failed() : content.unfinished();
    }

    private static List<String> unreadable(MigrationTool tool, HistoryTable table) {
        List<String> tables = new ArrayList<>();
        if (!table.readable()) {
            tables.add(table.qualified());
        }
        for (String name : new TreeSet<>(tool.read())) {
            HistoryTable companion = table.companions().get(name);
            if (companion != null && !companion.readable()) {
                tables.add(companion.qualified());
            }
        }
        return tables;
    }

    private static <A, B> Uni<List<B>> each(List<A> items, Function<A, Uni<B>> work) {
        Uni<List<B>> done = Uni.createFrom().item(List.of());
        for (A item : items) {
            done = done.flatMap(before -> work.apply(item).map(next -> {
                List<B> longer = new ArrayList<>(before);
                longer.add(next);
                return longer;
            }));
        }
        return done;
    }
}
