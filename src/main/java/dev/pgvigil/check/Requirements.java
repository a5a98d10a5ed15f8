package dev.pgvigil.check;

import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.target.ExpectedRole;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The requirements of a check. If one is not met, the check is skipped and the reason is shown.
 *
 * @param major the oldest PostgreSQL that has it
 * @param role the role of the servers to which it applies
 * @param extension that must be installed in the database where the check runs; null: none. A check of the whole server runs in
 *     a monitored database that has it
 * @param monitor whether it needs {@code pg_monitor}
 */
public record Requirements(
        int major, ExpectedRole role, @Nullable String extension, boolean monitor) {

    public static final Requirements NOTHING = new Requirements(14, ExpectedRole.ANY, null, false);

    public static final Requirements MONITOR = new Requirements(14, ExpectedRole.ANY, null, true);

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
        if (extension != null && !facts.extensions().containsKey(extension)) {
            return "needs extension " + extension;
        }
        return monitor && !facts.monitor() ? "needs the role pg_monitor" : null;
    }
}
