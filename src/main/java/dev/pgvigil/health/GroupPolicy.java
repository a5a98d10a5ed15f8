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
 * Decides when a target is down for a group. Pure.
 *
 * @param checks the checks whose findings count; empty: all
 */
record GroupPolicy(DownWhen downWhen, Set<Check<?>> checks) {

    static final GroupPolicy UNHEALTHY = new GroupPolicy(DownWhen.UNHEALTHY, Set.of());

    private static final int NAMED = 5;

    GroupPolicy {
        checks = Set.copyOf(checks);
    }

    Member evaluate(TargetObservation observation) {
        String unknown = observation.unknown();
        if (unknown != null) {
            return member(observation, Status.UNKNOWN, () -> unknown);
        }
        // Each finding is compared on its own: if only the worst counted, a degraded finding could hide an unknown one.
        List<Finding> down = observation.state().findings().stream()
                .filter(finding -> isSelected(finding) && !downWhen.up(finding.status()))
                .toList();
        if (!down.isEmpty()) {
            return member(observation, Status.worst(down.stream().map(Finding::status)), () -> keys(down));
        }
        String unobserved = unobserved(observation);
        return unobserved == null
                ? member(observation, remaining(observation), () -> "as of its latest pass")
                : member(observation, Status.UNKNOWN, () -> unobserved);
    }

    private boolean isSelected(Finding finding) {
        return checks.isEmpty()
                || checks.stream().anyMatch(check -> check.name().equals(finding.check()));
    }

    /** The reason of the first selected check without a current observation; null: all have one. */
    private @Nullable String unobserved(TargetObservation observation) {
        return checks.stream()
                .map(observation::unknown)
                .filter(Objects::nonNull)
                .sorted()
                .findFirst()
                .orElse(null);
    }

    private Status remaining(TargetObservation observation) {
        return checks.isEmpty()
                ? observation.state().status()
                : Status.worst(observation.state().findings().stream()
                        .filter(this::isSelected)
                        .map(Finding::status));
    }

    private Member member(TargetObservation observation, Status status, Supplier<String> cause) {
        return new Member(
                observation.state().target().name(),
                status,
                downWhen.up(status),
                cause,
                observation.beat(),
                observation.age());
    }

    private static String keys(List<Finding> findings) {
        return findings.stream().map(Finding::key).limit(NAMED).collect(joining(", "));
    }
}
