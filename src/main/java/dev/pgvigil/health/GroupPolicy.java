package dev.pgvigil.health;

import static java.util.stream.Collectors.joining;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When a target is down for a group. Pure.
 *
 * @param checks whose findings alone count; empty: all
 */
record GroupPolicy(DownWhen downWhen, Set<Check<?>> checks) {

    static final GroupPolicy UNHEALTHY = new GroupPolicy(DownWhen.UNHEALTHY, Set.of());

    private static final int NAMED = 5;

    GroupPolicy {
        checks = Set.copyOf(checks);
    }

    Member evaluate(TargetObservation sight) {
        String lost = sight.lost();
        if (lost != null) {
            return member(sight, Status.UNKNOWN, () -> lost);
        }
        // Each finding by itself: by the worst of all, a known small trouble would hide something unknown.
        List<Finding> bad = sight.state().findings().stream()
                .filter(finding -> counts(finding) && !downWhen.up(finding.status()))
                .toList();
        if (!bad.isEmpty()) {
            return member(sight, Status.worst(bad.stream().map(Finding::status)), () -> keys(bad));
        }
        String unseen = unseen(sight);
        return unseen == null
                ? member(sight, remaining(sight), () -> "as of its latest pass")
                : member(sight, Status.UNKNOWN, () -> unseen);
    }

    private boolean counts(Finding finding) {
        return checks.isEmpty()
                || checks.stream().anyMatch(check -> check.name().equals(finding.check()));
    }

    /** The first of the chosen checks of which nothing is known, and why; null: all are known. */
    private @Nullable String unseen(TargetObservation sight) {
        return checks.stream()
                .map(sight::lost)
                .filter(Objects::nonNull)
                .sorted()
                .findFirst()
                .orElse(null);
    }

    private Status remaining(TargetObservation sight) {
        return checks.isEmpty()
                ? sight.state().status()
                : Status.worst(
                        sight.state().findings().stream().filter(this::counts).map(Finding::status));
    }

    private Member member(TargetObservation sight, Status status, Supplier<String> cause) {
        return new Member(sight.state().target().name(), status, downWhen.up(status), cause, sight.beat(), sight.age());
    }

    private static String keys(List<Finding> findings) {
        return findings.stream().map(Finding::key).limit(NAMED).collect(joining(", "));
    }
}
