package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.Assertion;
import dev.pgvigil.backup.storage.DirectoryStorage;
import dev.pgvigil.backup.storage.Storage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configured repository of backups.
 *
 * @param target the watched database whose server it belongs to; null: none
 * @param wal the directory of archived WAL, if it is elsewhere
 * @param rpo the most that may be lost
 * @param rto the longest that recovery may take
 * @param maxAge the oldest that the newest backup may be
 * @param copyOf the repository that this one is a copy of; null: none
 * @param drill whether backups are restored
 * @param user a superuser of the restored cluster
 */
record Repository(
        String name,
        Path path,
        @Nullable Path wal,
        @Nullable String target,
        Duration rpo,
        Duration rto,
        Duration maxAge,
        Retention retention,
        @Nullable String copyOf,
        boolean drill,
        String user,
        List<Assertion> assertions) {

    /** Restore points that must exist: one for each of so many days, weeks and months. */
    record Retention(int daily, int weekly, int monthly) {}

    Repository {
        assertions = List.copyOf(assertions);
    }

    Storage storage() {
        return new DirectoryStorage(path);
    }
}
