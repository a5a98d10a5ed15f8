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
 * The latest state of one target. Immutable.
 *
 * @param status status as of the latest run; {@link Snapshot#status} also considers staleness
 * @param since when that status began
 * @param findings open findings, worst first
 * @param ignored open findings that the configuration accepts for a time, which do not count; worst first
 * @param outcomes outcomes of database checks, by check name
 */
public record TargetState(
        Target target,
        Status status,
        Instant since,
        List<Finding> findings,
        List<IgnoredFinding> ignored,
        PMap<String, Outcome<?>> outcomes) {

    public TargetState {
        findings = List.copyOf(findings);
        ignored = List.copyOf(ignored);
    }

    /** The state of a target of which no finding is ignored. */
    public TargetState(
            Target target, Status status, Instant since, List<Finding> findings, PMap<String, Outcome<?>> outcomes) {
        this(target, status, since, findings, List.of(), outcomes);
    }

    public static TargetState initial(Target target, Instant now) {
        return new TargetState(target, Status.UNKNOWN, now, List.of(), HashTreePMap.empty());
    }

    /** The latest outcome of a database check; null before its first run. */
    public @Nullable Outcome<?> outcome(String check) {
        return outcomes.get(check);
    }
}
