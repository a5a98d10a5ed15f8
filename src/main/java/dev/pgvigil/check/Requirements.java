package dev.pgvigil.check;

import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.target.ExpectedRole;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The requirements of a check. If one is not met, the check is skipped and the reason is shown.
 *
 * @param major the oldest PostgreSQL that has it
 * @param role the role of the servers to which it applies
 * @param extension that must be installed in the database where the check runs; null: none. A check of the whole server runs in
 *     a monitored database that has it
 * @param preloaded whether the extension works only if {@code shared_preload_libraries} has the library of its name
 * @param monitor whether it needs {@code pg_monitor}
 * @param catalog a catalog that everybody may read unless it was revoked, and without which the check knows nothing; null: none
 */
public record Requirements(
        int major,
        ExpectedRole role,
        @Nullable String extension,
        boolean preloaded,
        boolean monitor,
        @Nullable String catalog) {

    public static final Requirements NOTHING = new Requirements(14, ExpectedRole.ANY, null, false);

    public static final Requirements MONITOR = new Requirements(14, ExpectedRole.ANY, null, true);

    public Requirements(int major, ExpectedRole role, @Nullable String extension, boolean monitor) {
        this(major, role, extension, false, monitor, null);
    }

    /** An extension whose library must be preloaded, and {@code pg_monitor}. */
    public static Requirements preloaded(String extension) {
        return new Requirements(14, ExpectedRole.ANY, extension, true, true, null);
    }

    /** A catalog that some hosts revoke from everybody. */
    public static Requirements reading(String catalog) {
        return new Requirements(14, ExpectedRole.ANY, null, false, false, catalog);
    }

    /**
     * Why the check cannot run in a session, as text; null if every requirement is met.
     *
     * @param facts the facts of a session to the database in which the check would run
     */
    public @Nullable String unmet(ServerFacts facts) {
        if (facts.major() < major) {
            return "needs PostgreSQL " + major + ", the server is " + facts.version();
        }
        if (!role.allows(facts.role())) {
            return "only on a " + role.name().toLowerCase(Locale.ROOT);
        }
        if (monitor && !facts.monitor()) {
            return "needs the role pg_monitor";
        }
        if (catalog != null && !facts.reads(catalog)) {
            return "needs SELECT on pg_catalog." + catalog;
        }
        if (extension == null) {
            return null;
        }
        // A role without the privilege to read the setting does not know: then the extension decides.
        String libraries = facts.settings().get("shared_preload_libraries");
        if (preloaded && libraries != null && !names(libraries).contains(extension)) {
            return "needs " + extension + " in shared_preload_libraries, which requires a restart, and the extension";
        }
        return facts.extensions().containsKey(extension)
                ? null
                : "needs the extension " + extension + " in a monitored database of the server";
    }

    /** Removes directories and quotes: {@code "$libdir/auto_explain", pg_stat_statements}. */
    public static List<String> names(String libraries) {
        return Arrays.stream(libraries.split(",", -1))
                .map(name -> name.replace("\"", "").strip())
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
