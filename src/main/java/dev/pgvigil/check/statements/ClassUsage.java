package dev.pgvigil.check.statements;

import dev.pgvigil.check.Severity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the classes of statements of one database did since the collection before.
 *
 * @param intervalSeconds zero at the first collection, which has no growth
 * @param unread statements whose text is not read yet, so that they belong to no class
 * @param complete whether all statements of the database were read
 * @param classes in the order of the configuration
 */
public record ClassUsage(double intervalSeconds, int unread, boolean complete, List<Usage> classes) {

    /**
     * One class.
     *
     * @param statements distinct statements that belong to it
     * @param meanMs null: no calls
     * @param slowest queryid of the statement with the highest mean; null: no calls
     * @param callsTotal counted while pgvigil monitors the database
     */
    public record Usage(
            String name,
            Severity priority,
            int statements,
            long calls,
            double totalMs,
            @Nullable Double meanMs,
            long rows,
            @Nullable String slowest,
            @Nullable Double slowestMeanMs,
            long callsTotal,
            double totalMsTotal,
            long rowsTotal) {}

    public ClassUsage {
        classes = List.copyOf(classes);
    }
}
