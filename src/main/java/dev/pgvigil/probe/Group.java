package dev.pgvigil.probe;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;

import dev.pgvigil.watch.Snapshot;
import dev.pgvigil.watch.TargetState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Targets that a probe asks for as one: UP while enough of them are. Pure. */
record Group(String name, Selection selection, Criterion criterion, Quorum minimumUp) {

    private static final int NAMED = 10;

    /** Every target, all of which must be up. */
    static Group everything(String name) {
        return new Group(name, Selection.EVERYTHING, Criterion.UNHEALTHY, new Quorum.All());
    }

    /** The verdict at this moment. A group without a target is DOWN: nothing is known of what it stands for. */
    Part judge(Snapshot snapshot, Instant now) {
        List<Member> members = snapshot.targets().values().stream()
                .filter(state -> selects(snapshot, state))
                .map(state -> criterion.judge(new Sight(state, snapshot, now)))
                .toList();
        long up = members.stream().filter(Member::up).count();
        int needed = minimumUp.of(members.size());
        Data data = new Data()
                .number("targets", members.size())
                .number("up", up)
                .number("minimum_up", needed)
                .number("bound_ms", snapshot.staleAfter().toMillis());
        if (members.isEmpty()) {
            data.text("reason", "no target is selected");
        }
        age(members, data);
        down(members, data);
        return Part.of(name, !members.isEmpty() && up >= needed, data);
    }

    private boolean selects(Snapshot snapshot, TargetState state) {
        return selection.selects(state.target(), snapshot.serverOf(state).facts());
    }

    /** A group knows no more than its oldest observation. */
    private static void age(List<Member> members, Data data) {
        members.stream()
                .filter(member -> member.age() != null)
                .max(comparing(member -> Objects.requireNonNullElse(member.age(), Duration.ZERO), naturalOrder()))
                .ifPresent(oldest -> data.millis("age_ms", oldest.age()).time("at", oldest.at()));
    }

    private static void down(List<Member> members, Data data) {
        List<Member> down = members.stream()
                .filter(member -> !member.up())
                .sorted(comparing(Member::status).reversed().thenComparing(Member::target))
                .toList();
        down.stream()
                .limit(NAMED)
                .forEach(member -> data.text(
                        "down." + member.target(),
                        member.status().name().toLowerCase(Locale.ROOT) + ": " + member.reason()));
        if (down.size() > NAMED) {
            data.number("more_down", down.size() - NAMED);
        }
    }
}
