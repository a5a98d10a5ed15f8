package dev.pgvigil.health;

import static java.util.Comparator.comparing;

import dev.pgvigil.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A group of targets that is UP while enough of its targets are up. Pure. */
record Group(String name, TargetSelector selection, GroupPolicy criterion, Quorum minimumUp) {

    /** All targets, all of which must be up. */
    static final Group EVERYTHING =
            new Group("database", TargetSelector.EVERYTHING, GroupPolicy.UNHEALTHY, new Quorum.All());

    private static final int NAMED = 10;

    /** Evaluates the group. A group without targets is DOWN, because nothing is known about it. */
    HealthCheckResult evaluate(String check, Snapshot snapshot, Instant now) {
        List<Member> members = members(snapshot, now);
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
