package dev.pgvigil.check;

import dev.pgvigil.target.ExpectedRole;
import org.jspecify.annotations.Nullable;

/**
 * What a check cannot do without; where it is missing the check is skipped and says so.
 *
 * @param major the oldest PostgreSQL that has it
 * @param role where it makes sense
 * @param extension that must be installed in the session's database; null: none
 * @param monitor whether it is worth nothing without {@code pg_monitor}
 */
public record Requirements(
        int major, ExpectedRole role, @Nullable String extension, boolean monitor) {

    public static final Requirements NOTHING = new Requirements(14, ExpectedRole.ANY, null, false);

    public static final Requirements MONITOR = new Requirements(14, ExpectedRole.ANY, null, true);
}
