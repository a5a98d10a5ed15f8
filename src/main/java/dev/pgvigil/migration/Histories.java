package dev.pgvigil.migration;

import dev.pgvigil.check.MigrationProgress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The histories of a database.
 *
 * @param state the most urgent of their states
 * @param currentVersion with the tool's name where there are several versions
 * @param pendingMigrations of all histories of which it is known; null: of none
 * @param unlisted number of further histories, which are not read
 * @param unassignedExpected number of expected migrations that belong to none of the tools found
 * @param absentSeconds for how long pgvigil has seen that migrations are expected and no history is there; null: not the case
 */
public record Histories(
        MigrationState state,
        @Nullable String currentVersion,
        @Nullable Integer pendingMigrations,
        List<MigrationHistory> histories,
        long unlisted,
        int unassignedExpected,
        @Nullable Double absentSeconds)
        implements MigrationProgress {

    private static final int MOST_VERSIONS = 5;

    public Histories {
        histories = List.copyOf(histories);
    }

    static Histories of(List<MigrationHistory> histories, long unlisted, int unassigned) {
        List<Integer> pending = histories.stream()
                .map(MigrationHistory::pending)
                .filter(Objects::nonNull)
                .map(Integer.class::cast)
                .toList();
        return new Histories(
                MigrationState.worst(histories.stream().map(MigrationHistory::state)),
                version(histories),
                pending.isEmpty()
                        ? null
                        : pending.stream().mapToInt(count -> count).sum(),
                histories,
                unlisted,
                unassigned,
                null);
    }

    /**
     * Without a history.
     *
     * @param expected number of expected migrations
     * @param seconds for how long
     */
    static Histories none(int expected, double seconds) {
        return expected == 0
                ? of(List.of(), 0, 0)
                : new Histories(MigrationState.NONE, null, expected, List.of(), 0, 0, seconds);
    }

    private static @Nullable String version(List<MigrationHistory> histories) {
        if (histories.size() == 1) {
            return histories.getFirst().currentVersion();
        }
        List<String> versions = histories.stream()
                .filter(history -> history.currentVersion() != null)
                .map(history -> history.tool() + " " + history.currentVersion())
                .distinct()
                .toList();
        String first = String.join(", ", versions.subList(0, Math.min(MOST_VERSIONS, versions.size())));
        return versions.isEmpty() ? null : first + (versions.size() > MOST_VERSIONS ? ", …" : "");
    }

    @Override
    public boolean hasHistory() {
        return !histories.isEmpty() || pendingMigrations != null;
    }

    @Override
    public boolean running() {
        return histories.stream().anyMatch(history -> history.state() == MigrationState.RUNNING);
    }
}
