package dev.pgvigil.health;

import dev.pgvigil.postgres.Role;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Stream;

/**
 * Selects the targets of a group: those that meet all conditions.
 *
 * @param names names or patterns, one of which must match; empty: any
 * @param region empty: any
 * @param role current role of the server
 */
record TargetSelector(List<Glob> names, Map<String, String> tags, String region, ExpectedRole role) {

    static final TargetSelector EVERYTHING = new TargetSelector(List.of(), Map.of(), "", ExpectedRole.ANY);

    TargetSelector {
        names = names.stream().distinct().toList();
        tags = Map.copyOf(tags);
    }

    /** The selected targets. */
    Stream<TargetState> in(Snapshot snapshot) {
        return candidates(snapshot).filter(state -> selects(state, snapshot));
    }

    /** The number of targets to evaluate. */
    int candidateCount(Snapshot snapshot) {
        return allExact() ? names.size() : snapshot.targets().size();
    }

    /**
     * The names and patterns that match no target. A missing target, such as a database that is not discovered yet,
     * must be visible. Other conditions are ignored here, because they may exclude all matching targets.
     */
    Stream<Glob> missing(Snapshot snapshot) {
        return names.stream().filter(name -> !matchesAny(name, snapshot.targets()));
    }

    private static boolean matchesAny(Glob name, Map<String, TargetState> targets) {
        return name.exact()
                ? targets.containsKey(name.pattern())
                : targets.keySet().stream().anyMatch(name::matches);
    }

    private Stream<TargetState> candidates(Snapshot snapshot) {
        return allExact()
                ? names.stream()
                        .flatMap(name -> Stream.ofNullable(snapshot.targets().get(name.pattern())))
                : snapshot.targets().values().stream();
    }

    private boolean allExact() {
        return !names.isEmpty() && names.stream().allMatch(Glob::exact);
    }

    private boolean selects(TargetState state, Snapshot snapshot) {
        Target target = state.target();
        return (region.isEmpty() || region.equals(target.region()))
                && tags.entrySet().stream().allMatch(tag -> hasTag(target, tag))
                && (names.isEmpty() || names.stream().anyMatch(name -> name.matches(target.name())))
                && hasRole(state, snapshot);
    }

    private static boolean hasTag(Target target, Entry<String, String> tag) {
        return tag.getValue().equals(target.tags().get(tag.getKey()));
    }

    /**
     * While the role is unknown, a target that may have it is selected. Otherwise it could not be reported as missing.
     */
    private boolean hasRole(TargetState state, Snapshot snapshot) {
        if (role == ExpectedRole.ANY) {
            return true;
        }
        Role now = snapshot.serverOf(state).role();
        ExpectedRole expected = state.target().role();
        return now == null ? expected == ExpectedRole.ANY || expected == role : role.allows(now);
    }
}
