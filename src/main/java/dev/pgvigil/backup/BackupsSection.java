package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.Assertion;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.config.Settings;
import dev.pgvigil.target.TargetsSection;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code pgvigil.backups}: repositories, their objectives, and when they are verified. */
@Singleton
final class BackupsSection implements Section<Backups> {

    static final Backups NONE = new Backups(
            List.of(),
            null,
            null,
            Map.of(),
            Duration.ofMinutes(1),
            LocalTime.of(2, 0),
            ZoneId.of("UTC"),
            Duration.ofHours(4),
            Duration.ofDays(7));

    private static final int MOST = 200;
    private static final int MOST_ASSERTIONS = 100;
    private static final int OLDEST_MAJOR = 14;
    private static final int NEWEST_MAJOR = 18;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    private static final List<String> RESERVED = List.of("report", "runs");
    private static final Duration DAY = Duration.ofDays(1);

    @Override
    public String key() {
        return "backups";
    }

    @Override
    public Backups read(Node node) {
        List<Repository> repositories = new ArrayList<>();
        Node entries = node.doc("Repositories of backups by name").child("repositories");
        entries.children().forEach((name, child) -> {
            if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
                child.problem("a name has 1 to 63 lower-case letters, digits, '_' and '-', and is none of " + RESERVED);
            }
            Repository repository = repository(name, child);
            if (repository != null) {
                repositories.add(repository);
            }
        });
        if (repositories.size() > MOST) {
            entries.problem("must be " + MOST + " repositories at most, not " + repositories.size());
        }
        return new Backups(
                repositories,
                path(node.doc("Directory in which backups are restored for a test; without it none are"), "scratch"),
                path(node.doc("File to which results are appended, each with the hash of the one before"), "audit"),
                programs(node.doc("Directories of PostgreSQL's programs by major version; Debian's are known")
                        .child("programs")),
                node.doc("How often repositories are listed and new WAL is read")
                        .duration("scan-every", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofHours(6)),
                time(node.doc("Time of the daily verification")),
                zone(node.doc("Zone of that time, such as Europe/Berlin")),
                node.doc("Longest duration of a restore")
                        .duration("drill-timeout", Duration.ofHours(4), Duration.ofMinutes(1), Duration.ofDays(2)),
                node.doc("How long a proof counts")
                        .duration("valid-for", Duration.ofDays(7), DAY, Duration.ofDays(90)));
    }

    private static @Nullable Repository repository(String name, Node node) {
        Path directory = path(node.doc("Directory of the repository"), "path");
        if (directory == null) {
            if (!node.mistaken()) {
                node.problem("needs a path");
            }
            directory = Path.of("/");
        }
        Node retention = node.doc("Restore points that must exist").child("retention");
        return new Repository(
                name,
                directory,
                path(node.doc("Directory of archived WAL, if it is not in the repository"), "wal"),
                node.doc("The watched database whose server is backed up").string("target"),
                node.doc("The most that may be lost")
                        .duration("rpo", Duration.ofMinutes(15), Duration.ofSeconds(1), DAY),
                node.doc("The longest that recovery may take")
                        .duration("rto", Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofDays(7)),
                node.doc("The oldest that the newest backup may be")
                        .duration("max-age", Duration.ofHours(26), Duration.ofMinutes(1), Duration.ofDays(366)),
                new Repository.Retention(
                        retention.doc("Days of which a backup must exist").integer("daily", 0, 0, 366),
                        retention.doc("Weeks of which a backup must exist").integer("weekly", 0, 0, 520),
                        retention.doc("Months of which a backup must exist").integer("monthly", 0, 0, 240)),
                node.doc("The repository of which this one is a copy").string("copy-of"),
                node.doc("Whether its backups are restored").flag("drill", true),
                node.doc("A superuser of the restored cluster").string("superuser", "postgres"),
                assertions(node.doc("Queries of the restored database that must return true, by name")
                        .child("assertions")));
    }

    private static List<Assertion> assertions(Node node) {
        List<Assertion> all = new ArrayList<>();
        node.children().forEach((name, child) -> {
            String database = child.doc("The database").string("database", "postgres");
            String sql = child.doc("A query of one row, whose first column must be true")
                    .string("sql");
            if (sql == null && !child.mistaken()) {
                child.problem("needs sql");
            }
            if (sql != null) {
                all.add(new Assertion(name, database, sql));
            }
        });
        if (all.size() > MOST_ASSERTIONS) {
            node.problem("must be " + MOST_ASSERTIONS + " assertions at most, not " + all.size());
        }
        return all;
    }

    private static Map<Integer, Path> programs(Node node) {
        Map<Integer, Path> programs = new HashMap<>();
        for (int major = OLDEST_MAJOR; major <= NEWEST_MAJOR; major++) {
            Path directory = path(node.doc("The directory for PostgreSQL " + major), String.valueOf(major));
            if (directory != null) {
                programs.put(major, directory);
            }
        }
        return programs;
    }

    private static @Nullable Path path(Node node, String key) {
        String text = node.string(key);
        if (text == null) {
            return null;
        }
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            node.child(key).problem("must be an absolute path");
            return null;
        }
        return Path.of(text);
    }

    private static LocalTime time(Node node) {
        String text = node.string("daily-at", "02:00");
        try {
            return LocalTime.parse(text);
        } catch (DateTimeException e) {
            node.child("daily-at").problem("must be a time such as 02:00");
            return LocalTime.of(2, 0);
        }
    }

    private static ZoneId zone(Node node) {
        String text = node.string("zone", "UTC");
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            node.child("zone").problem("must be a zone such as Europe/Berlin");
            return ZoneId.of("UTC");
        }
    }

    /** Names of targets and copies must exist. */
    @Override
    public void compare(Settings all, Node node) {
        Backups backups = all.get(BackupsSection.class);
        for (Repository repository : backups.repositories()) {
            Node place = node.child("repositories").child(repository.name());
            String target = repository.target();
            if (target != null
                    && all.get(TargetsSection.class).entries().stream()
                            .noneMatch(entry -> entry.name().equals(target))) {
                place.child("target").problem("names no target");
            }
            String original = repository.copyOf();
            if (original != null && (original.equals(repository.name()) || backups.named(original) == null)) {
                place.child("copy-of").problem("names no other repository");
            }
        }
    }
}
