package dev.pgvigil.migration;

import dev.pgvigil.migration.PostedVersions.Posted;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The migrations that are expected in a database, oldest first.
 *
 * @param source whether they were posted, stand in the configuration, or there are none
 * @param postedAt null if they were not posted
 * @param kept for how long posted ones are kept
 */
@Schema(name = "ExpectedMigrations")
public record ExpectedView(
        String name, Source source, @Nullable Instant postedAt, List<String> expected, String kept) {

    /** Where they come from. */
    public enum Source {
        POSTED,
        CONFIGURED,
        NONE
    }

    private static final String KEPT = "Posted versions are kept in memory, until pgvigil is restarted.";

    public ExpectedView {
        expected = List.copyOf(expected);
    }

    static ExpectedView of(Target target, @Nullable Posted posted) {
        List<String> entries = Migrations.expected(target, posted).entries();
        Source source = posted != null ? Source.POSTED : entries.isEmpty() ? Source.NONE : Source.CONFIGURED;
        return new ExpectedView(target.name(), source, posted == null ? null : posted.at(), entries, KEPT);
    }
}
