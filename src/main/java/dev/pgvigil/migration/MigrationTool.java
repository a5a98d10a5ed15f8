package dev.pgvigil.migration;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How one migration tool keeps its history. An implementation is one file, a {@code @Singleton}, found by its type: no
 * registration. It is stateless.
 */
interface MigrationTool {

    /** The tool's name, kebab-case: {@code golang-migrate}. */
    String name();

    /** The names that its history table has by default. */
    Set<String> tables();

    /** Names of other tables that it keeps in the same schema, such as a lock table. */
    default Set<String> companions() {
        return Set.of();
    }

    /** Those of its companions that are read together with the history. */
    default Set<String> read() {
        return Set.of();
    }

    /** Whether a table is its history, by columns and companions. Several tools use the same names. */
    boolean recognizes(HistoryTable table);

    /** How the history is read. */
    HistoryQuery query(HistoryTable table);

    /** The keys of the advisory locks of which the tool holds one while it runs. */
    default Set<Long> advisoryKeys(HistoryTable table) {
        return Set.of();
    }

    /** The modes in which the tool locks the history table while it runs, as in {@code pg_locks}. */
    default Set<String> lockModes() {
        return Set.of();
    }

    /** A migration as it stands in the history, from that or from the name of its file. */
    default String identify(String version) {
        return Versions.file(version);
    }

    /** Those of the expected migrations, oldest first, that are not applied. */
    default List<String> pending(List<String> expected, List<String> applied) {
        Set<String> known = new HashSet<>();
        applied.forEach(version -> known.add(identify(version)));
        return expected.stream()
                .map(this::identify)
                .filter(version -> !known.contains(version))
                .distinct()
                .toList();
    }

    /** What to do after a failed or interrupted migration, beyond repairing its cause. */
    String afterFailure();

    /** Whether its lock row is a lease, which ends by itself when its holder is gone. */
    default boolean leases() {
        return false;
    }

    /** The statement that removes a lock of which the holder is gone; empty: the lock ends with its session. */
    default String unlock(HistoryTable table) {
        return "";
    }
}
