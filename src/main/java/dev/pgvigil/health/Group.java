package dev.pgvigil.health;

import static java.util.Comparator.comparing;

import dev.pgvigil.state.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Targets that a probe asks for as one: UP while enough of them are. Pure. */
record Group(String name, TargetSelector selection, GroupPolicy criterion, Quorum minimumUp) {

    /** Every target, all of which must be up. */
    static final Group EVERYTHING =
            new Group("database", TargetSelector.EVERYTHING, GroupPolicy.UNHEALTHY, new Quorum.All());

    private static final int NAMED = 10;

    /** The verdict at this moment. A group without a target is DOWN: nothing is known of what it stands for. */
    HealthCheckResult evaluate(String part, Snapshot snapshot, Instant now) {
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
        return HealthCheckResult.of(part, !members.isEmpty() && up >= needed, data);
    }

    private List<Member> members(Snapshot snapshot, Instant now) {
        return Stream.concat(
                        selection
                                .in(snapshot)
                                .map(state -> criterion.evaluate(TargetObservation.of(state, snapshot, now))),
                        selection.missing(snapshot).map(Member::missing))
                .toList();
    }

    /** A group knows no more than its oldest observation. */
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
