package dev.pgvigil.migration;

import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The versions of the schemas of all databases, compared. Pure.
 *
 * @param histories by tool and name of the history table: databases with the same belong to one application, as far as pgvigil can know
 * @param without databases in which no history was found; at most 1000
 * @param unknown databases of which it is not known; at most 1000
 */
@Schema(name = "FleetMigrations")
public record FleetMigrations(Instant timestamp, List<History> histories, List<String> without, List<String> unknown) {

    /** The most names in one list. */
    private static final int MOST = 1000;

    /**
     * The databases with a history of one tool.
     *
     * @param table {@code schema.table}
     * @param uniform whether all have the same version
     * @param versions most databases first
     */
    @Schema(name = "FleetMigrationHistory")
    public record History(String tool, String table, boolean uniform, int databases, List<Version> versions) {}

    /**
     * The databases with one version.
     *
     * @param version null: none is applied, or the history cannot be read
     * @param databases names; at most 1000
     * @param count how many there are
     * @param notOk names of those of them whose history is failed, stuck, running or not known; at most 1000
     */
    @Schema(name = "FleetMigrationVersion")
    public record Version(@Nullable String version, int count, List<String> databases, List<String> notOk) {}

    private record Key(String tool, String table) {}

    private record Found(String database, MigrationHistory history) {}

    static FleetMigrations of(PointInTimeView view) {
        Map<Key, List<Found>> found =
                new TreeMap<>(Comparator.comparing(Key::tool).thenComparing(Key::table));
        List<String> without = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (TargetState state : view.targets()) {
            String name = state.target().name();
            Outcome<?> latest = view.snapshot().serverOf(state).outcome(state, Migrations.NAME);
            if (!(latest instanceof Outcome.Observed<?> observed && observed.value() instanceof Histories histories)) {
                unknown.add(name);
                continue;
            }
            if (histories.histories().isEmpty()) {
                without.add(name);
            }
            for (MigrationHistory history : histories.histories()) {
                found.computeIfAbsent(
                                new Key(history.tool(), history.schema() + "." + history.table()),
                                first -> new ArrayList<>())
                        .add(new Found(name, history));
            }
        }
        return new FleetMigrations(
                view.now(),
                found.entrySet().stream()
                        .map(entry -> history(entry.getKey(), entry.getValue()))
                        .toList(),
                first(without),
                first(unknown));
    }

    private static History history(Key key, List<Found> found) {
        Map<String, List<Found>> byVersion = new TreeMap<>();
        found.forEach(one -> byVersion
                .computeIfAbsent(String.valueOf(one.history.currentVersion()), first -> new ArrayList<>())
                .add(one));
        List<Version> versions = byVersion.values().stream()
                .map(FleetMigrations::version)
                .sorted(Comparator.comparingInt(Version::count).reversed())
                .toList();
        return new History(key.tool, key.table, versions.size() == 1, found.size(), versions);
    }

    private static Version version(List<Found> found) {
        return new Version(
                found.getFirst().history.currentVersion(),
                found.size(),
                first(found.stream().map(Found::database).toList()),
                first(found.stream()
                        .filter(one -> one.history.state() != MigrationState.OK)
                        .map(Found::database)
                        .toList()));
    }

    private static List<String> first(List<String> names) {
        return List.copyOf(names.subList(0, Math.min(MOST, names.size())));
    }
}
