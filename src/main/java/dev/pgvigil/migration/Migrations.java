package dev.pgvigil.migration;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.migration.MigrationHistory.Unread;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The histories that migration tools keep in a database: current version, failed, stuck and pending migrations. */
@Singleton
public final class Migrations implements Check<Histories> {

    public static final String NAME = MigrationProgress.CHECK;

    static final Threshold STUCK = Threshold.duration(
            NAME,
            "stuck-degraded",
            Duration.ofMinutes(15),
            "A tool's lock without a working holder for this time degrades the target");

    static final Threshold RUNNING = Threshold.duration(
            NAME, "running-degraded", Duration.ofHours(1), "A tool that runs for this time degrades the target");

    static final Threshold PENDING = Threshold.duration(
            NAME,
            "pending-degraded",
            Duration.ofMinutes(10),
            "Expected migrations that are not applied for this time degrade the target");

    static final CheckOption<List<String>> EXPECTED = CheckOption.list(
            NAME, "expected", "Migrations that the release expects, oldest first: versions or file names");

    static final CheckOption<List<String>> EXPECTED_FILE = CheckOption.file(
            NAME, "expected-file", "File with the expected migrations, oldest first, one a line; in place of expected");

    static final CheckOption<List<String>> TABLES = CheckOption.list(
            NAME, "tables", "Names of history tables that do not have a tool's default name: schema_version_shop");

    /** Histories of one database that are read in a pass. */
    static final int MOST = 25;

    private final List<MigrationTool> tools;
    private final PostedVersions posted;

    Migrations(@All List<MigrationTool> tools, PostedVersions posted) {
        this.posted = posted;
        // By name, because the container injects them in any order.
        this.tools =
                tools.stream().sorted(Comparator.comparing(MigrationTool::name)).toList();
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
        return Policy.every(Duration.ofMinutes(1));
    }

    /** Not while versions are expected: somebody waits for them. */
    @Override
    public boolean idle(Histories now) {
        return !now.hasHistory();
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(STUCK, RUNNING, PENDING);
    }

    @Override
    public List<CheckOption<?>> options() {
        return List.of(EXPECTED, EXPECTED_FILE, TABLES);
    }

    @Override
    public Uni<Histories> collect(Session session) {
        return collect(session, ExpectedVersions.NONE, List.of(), Thresholds.DEFAULTS);
    }

    @Override
    public Uni<Histories> collect(Session session, Target target) {
        return collect(session, expected(target, posted.of(target.name())), target.option(TABLES), target.thresholds());
    }

    /** What was posted for a target, or else what is configured. */
    static ExpectedVersions expected(Target target, PostedVersions.@Nullable Posted given) {
        List<String> listed = target.option(EXPECTED);
        return new ExpectedVersions(
                given != null ? given.entries() : listed.isEmpty() ? target.option(EXPECTED_FILE) : listed);
    }

    private Uni<Histories> collect(
            Session session, ExpectedVersions expected, List<String> custom, Thresholds thresholds) {
        UnchangedSince times = session.memory(budget -> new UnchangedSince());
        Set<String> names = new HashSet<>(custom);
        tools.forEach(tool -> {
            names.addAll(tool.tables());
            names.addAll(tool.companions());
        });
        return HistoryTables.query(session, names).flatMap(tables -> {
            List<HistoryReading> found = recognized(tables, Set.copyOf(custom));
            if (found.isEmpty()) {
                double absent = times.seconds("absent", "", System.nanoTime() / 1e9);
                times.endPass();
                return Uni.createFrom().item(Histories.none(expected.entries().size(), absent));
            }
            List<HistoryReading> listed = found.subList(0, Math.min(MOST, found.size()));
            return new HistoryCollector(
                            session, times, expected, thresholds.duration(STUCK), found.size() - listed.size())
                    .collect(listed);
        });
    }

    private List<HistoryReading> recognized(List<HistoryTable> tables, Set<String> custom) {
        List<HistoryReading> found = new ArrayList<>();
        for (HistoryTable table : tables) {
            tool(table, custom).ifPresent(tool -> found.add(begin(tool, table)));
        }
        return found;
    }

    private Optional<MigrationTool> tool(HistoryTable table, Set<String> custom) {
        return tools.stream()
                .filter(tool -> tool.tables().contains(table.name()) || custom.contains(table.name()))
                .filter(tool -> tool.recognizes(table))
                .findFirst();
    }

    private static HistoryReading begin(MigrationTool tool, HistoryTable table) {
        boolean companionUnreadable = tool.read().stream()
                .map(table.companions()::get)
                .anyMatch(companion -> companion != null && !companion.readable());
        if (!table.utf8()) {
            return HistoryReading.unread(tool, table, Unread.FAILED);
        }
        if (!table.readable() || companionUnreadable) {
            return HistoryReading.unread(tool, table, Unread.PRIVILEGE);
        }
        if (table.locked()) {
            return HistoryReading.unread(tool, table, Unread.LOCKED);
        }
        return table.rows() > HistoryCollector.MOST_ROWS
                ? HistoryReading.unread(tool, table, Unread.TOO_LARGE)
                : new HistoryReading(tool, table, null, null, null);
    }

    @Override
    public List<Finding> evaluate(Histories now, Previous<Histories> previous, Target target) {
        return new MigrationFindings(now, target, this::afterFailure).all();
    }

    private String afterFailure(String tool) {
        return tools.stream()
                .filter(known -> known.name().equals(tool))
                .findFirst()
                .map(MigrationTool::afterFailure)
                .orElse("Correct the migration and run the tool again.");
    }

    @Override
    public void export(Histories now, MetricSink sink) {
        for (MigrationHistory history : now.histories()) {
            String[] labels = {"tool", history.tool(), "schema", history.schema(), "table", history.table()};
            sink.gauge(
                    "pgvigil_migrations_failed",
                    "1 if a migration failed or was interrupted, else 0.",
                    is(history, MigrationState.FAILED, MigrationState.DIRTY),
                    labels);
            sink.gauge(
                    "pgvigil_migrations_running",
                    "1 if the migration tool runs, else 0.",
                    is(history, MigrationState.RUNNING),
                    labels);
            sink.gauge(
                    "pgvigil_migrations_stuck",
                    "1 if the lock of the migration tool has no working holder, else 0.",
                    is(history, MigrationState.STUCK),
                    labels);
            sink.gauge(
                    "pgvigil_migrations_unknown",
                    "1 if the history cannot be read, else 0.",
                    history.unread() == null ? 0 : 1,
                    labels);
            if (history.applied() != null) {
                sink.gauge("pgvigil_migrations_applied", "Applied migrations.", history.applied(), labels);
            }
            if (history.pending() != null) {
                sink.gauge(
                        "pgvigil_migrations_pending",
                        "Expected migrations that are not applied.",
                        history.pending(),
                        labels);
            }
        }
    }

    private static double is(MigrationHistory history, MigrationState... states) {
        return Set.of(states).contains(history.state()) ? 1 : 0;
    }
}
