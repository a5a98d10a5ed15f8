package dev.pgvigil.state.view;

import dev.pgvigil.check.Status;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The number of targets with each status. */
@Schema(name = "Counts")
public record Counts(int healthy, int degraded, int unhealthy, int unknown) {

    /** Counts the statuses of these targets. */
    public static Counts of(Collection<DatabaseSummary> rows) {
        Map<Status, Integer> counted = new EnumMap<>(Status.class);
        rows.forEach(row -> counted.merge(row.status(), 1, Integer::sum));
        return new Counts(
                counted.getOrDefault(Status.HEALTHY, 0),
                counted.getOrDefault(Status.DEGRADED, 0),
                counted.getOrDefault(Status.UNHEALTHY, 0),
                counted.getOrDefault(Status.UNKNOWN, 0));
    }

    /** The worst status; unknown if there are no targets. */
    public Status worst() {
        if (unhealthy > 0) {
            return Status.UNHEALTHY;
        }
        if (degraded > 0) {
            return Status.DEGRADED;
        }
        return unknown > 0 || healthy == 0 ? Status.UNKNOWN : Status.HEALTHY;
    }

    public int total() {
        return healthy + degraded + unhealthy + unknown;
    }
}
