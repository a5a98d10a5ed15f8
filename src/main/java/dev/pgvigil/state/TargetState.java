package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The latest of one target. Immutable.
 *
 * @param status as of the latest pass; {@link Snapshot#status} also knows of staleness
 * @param since when that status began
 * @param findings in force, worst first
 * @param outcomes of checks of this database alone, by check name
 */
public record TargetState(
        Target target, Status status, Instant since, List<Finding> findings, PMap<String, Outcome<?>> outcomes) {

    public TargetState {
        findings = List.copyOf(findings);
    }

    public static TargetState initial(Target target, Instant now) {
        return new TargetState(target, Status.UNKNOWN, now, List.of(), HashTreePMap.empty());
    }

    /** The latest outcome of a check of this database alone; null before its first pass. */
    public @Nullable Outcome<?> outcome(String check) {
        return outcomes.get(check);
    }
}
