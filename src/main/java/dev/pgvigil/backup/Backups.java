package dev.pgvigil.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is configured of backups.
 *
 * @param scratch where drills are run; null: none are
 * @param audit the file of results; null: they are forgotten at a restart
 * @param programs directories of server programs by major version
 * @param validFor how long a proof counts
 */
record Backups(
        List<Repository> repositories,
        @Nullable Path scratch,
        @Nullable Path audit,
        Map<Integer, Path> programs,
        Duration scanEvery,
        LocalTime daily,
        ZoneId zone,
        Duration drillTimeout,
        Duration validFor) {

    Backups {
        repositories = List.copyOf(repositories);
        programs = Map.copyOf(programs);
    }

    @Nullable
    Repository named(String name) {
        return repositories.stream()
                .filter(repository -> repository.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The programs of a major version: as configured, or where Debian has them. */
    Path programs(int major) {
        return programs.getOrDefault(major, Path.of("/usr/lib/postgresql", String.valueOf(major), "bin"));
    }
}
