package dev.pgvigil.health;

import static java.util.Comparator.comparing;

import dev.pgvigil.slo.TargetBurn;
import dev.pgvigil.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A group of targets that is UP while enough of its targets are up. Pure. */
record Group(String name, TargetSelector selection, GroupPolicy criterion, Quorum minimumUp, BurnPolicy burn) {

    /** All targets, all of which must be up. */
    static final Group EVERYTHING = new Group(
            "database", TargetSelector.EVERYTHING, GroupPolicy.UNHEALTHY, new Quorum.All(), BurnPolicy.STANDARD);

    private static final int NAMED = 10;

    /** Evaluates the group. A group without targets is DOWN, because nothing is known about it. */
    HealthCheckResult evaluate(String check, Snapshot snapshot, Instant now) {
        return result(check, members(snapshot, now), snapshot);
    }

    /**
     * Evaluates the group with the budgets of its members.
     *
     * @param burns by target
     */
    BurnVerdict evaluate(Snapshot snapshot, Instant now, Map<String, TargetBurn> burns) {
        List<Member> members = members(snapshot, now);
        List<Member> judged = burn.judge(members, burns);
        HealthCheckResult whole = result(name, judged, snapshot);
        burn.report(members, judged, burns, whole.data());
        boolean measured = members.stream().anyMatch(member -> burns.containsKey(member.target()));
        return new BurnVerdict(
                measured
                        ? whole
                        : HealthCheckResult.of(name, false, whole.data().text("reason", BurnPolicy.UNMEASURED)),
                judged,
                burns);
    }

    private HealthCheckResult result(String check, List<Member> members, Snapshot snapshot) {
        long up = members.stream().filter(Member::up).count();
        int needed = minimumUp.of(members.size());
        Data data = new Data()
                .text("reason", members.isEmpty() ? "no target is selected" : null)
                .number("targets", members.size())
                .number("up", up)
                .number("minimum_up", needed)
                .millis("bound_ms", snapshot.staleAfter());
        age(members, data);
        down(members, data);
        return HealthCheckResult.of(check, !members.isEmpty() && up >= needed, data);
    }

    private List<Member> members(Snapshot snapshot, Instant now) {
        return Stream.concat(
                        selection
                                .in(snapshot)
                                .map(state -> criterion.evaluate(TargetObservation.of(state, snapshot, now))),
                        selection.missing(snapshot).map(Member::missing))
                .toList();
    }

    /** The age of a group is that of its oldest observation. */
    private static void age(List<Member> members, Data data) {
        members.stream()
                .max(comparing(member -> Objects.requireNonNullElse(member.age(), Duration.ZERO)))
                .ifPresent(oldest -> data.millis("age_ms", oldest.age()).time("at", oldest.at()));
    }

    private static void down(List<Member> members, Data data) {
        List<Member> down = members.stream()
                .filter(member -> !member.up())
                .sorted(comparing(Member::status).reversed().thenComparing(Member::target))
                .toList();
        down.stream().limit(NAMED).forEach(member -> data.text("down." + member.target(), member.reason()));
        if (down.size() > NAMED) {
            data.number("more_down", down.size() - NAMED);
        }
    }
}
