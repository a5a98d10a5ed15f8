package dev.pgvigil.alert;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of an alert, and what leads from one to the next. Pure: a notice is due exactly when firing is entered from pending and
 * when it ends, so that two fires always have a resolve between them, and the end of a fire always has one.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AlertState.Pending.class, name = "pending"),
    @JsonSubTypes.Type(value = AlertState.Firing.class, name = "firing"),
    @JsonSubTypes.Type(value = AlertState.Clearing.class, name = "clearing"),
    @JsonSubTypes.Type(value = AlertState.Resolved.class, name = "resolved"),
    @JsonSubTypes.Type(value = AlertState.Withdrawn.class, name = "withdrawn")
})
sealed interface AlertState {

    /** What happens to an alert. */
    sealed interface Input {

        /** The finding is open. */
        record Seen() implements Input {}

        /** The finding is closed. */
        record Gone() implements Input {}

        /** Someone takes care of it. */
        record Acknowledged(String by) implements Input {}

        /** Someone says that it is over. */
        record Dismissed() implements Input {}

        /** Time passed. */
        record Tick() implements Input {}
    }

    /** What people are told. */
    enum Notice {
        NONE,
        FIRED,
        RESOLVED
    }

    /** The next state, and the notice that is due. */
    record Transition(AlertState state, Notice notice) {}

    /** Who takes care of it, and since when. */
    record Acknowledgement(Instant at, String by) {}

    /** The finding is open, but not yet for long enough. */
    record Pending(Instant since) implements AlertState {}

    /** People are told. */
    record Firing(Instant since, @Nullable Acknowledgement acknowledgement) implements AlertState {}

    /** The finding is closed, but not yet for long enough. */
    record Clearing(Firing firing, Instant since) implements AlertState {}

    /** It fired and is over. */
    record Resolved(Instant at) implements AlertState {}

    /** It was over before it fired. */
    record Withdrawn(Instant at) implements AlertState {}

    /** The state after an input; resolved and withdrawn are final. */
    default Transition next(Input input, AlertRule rule, Instant now) {
        return switch (this) {
            case Pending pending -> pending(pending, input, rule, now);
            case Firing firing -> firing(firing, input, rule, now);
            case Clearing clearing -> clearing(clearing, input, rule, now);
            case Resolved resolved -> same(resolved);
            case Withdrawn withdrawn -> same(withdrawn);
        };
    }

    /** Whether it is over. */
    default boolean ended() {
        return switch (this) {
            case Pending pending -> false;
            case Firing firing -> false;
            case Clearing clearing -> false;
            case Resolved resolved -> true;
            case Withdrawn withdrawn -> true;
        };
    }

    private static Transition pending(Pending pending, Input input, AlertRule rule, Instant now) {
        return switch (input) {
            case Input.Gone gone -> new Transition(new Withdrawn(now), Notice.NONE);
            case Input.Dismissed dismissed -> new Transition(new Withdrawn(now), Notice.NONE);
            case Input.Acknowledged acknowledged -> same(pending);
            case Input.Seen seen -> fireIfDue(pending, rule, now);
            case Input.Tick tick -> fireIfDue(pending, rule, now);
        };
    }

    private static Transition fireIfDue(Pending pending, AlertRule rule, Instant now) {
        return passed(pending.since, rule.after(), now)
                ? new Transition(new Firing(now, null), Notice.FIRED)
                : same(pending);
    }

    private static Transition firing(Firing firing, Input input, AlertRule rule, Instant now) {
        return switch (input) {
            case Input.Gone gone -> resolveIfDue(new Clearing(firing, now), rule, now);
            case Input.Acknowledged by -> same(acknowledged(firing, by, now));
            case Input.Dismissed dismissed -> new Transition(new Resolved(now), Notice.RESOLVED);
            case Input.Seen seen -> same(firing);
            case Input.Tick tick -> same(firing);
        };
    }

    private static Transition clearing(Clearing clearing, Input input, AlertRule rule, Instant now) {
        return switch (input) {
            case Input.Seen seen -> same(clearing.firing);
            case Input.Acknowledged by -> same(new Clearing(acknowledged(clearing.firing, by, now), clearing.since));
            case Input.Gone gone -> resolveIfDue(clearing, rule, now);
            case Input.Dismissed dismissed -> new Transition(new Resolved(now), Notice.RESOLVED);
            case Input.Tick tick -> resolveIfDue(clearing, rule, now);
        };
    }

    private static Transition resolveIfDue(Clearing clearing, AlertRule rule, Instant now) {
        return passed(clearing.since, rule.keep(), now)
                ? new Transition(new Resolved(now), Notice.RESOLVED)
                : same(clearing);
    }

    /** The first one who acknowledges it stays. */
    private static Firing acknowledged(Firing firing, Input.Acknowledged by, Instant now) {
        return firing.acknowledgement == null ? new Firing(firing.since, new Acknowledgement(now, by.by())) : firing;
    }

    private static boolean passed(Instant since, Duration time, Instant now) {
        return !now.isBefore(since.plus(time));
    }

    private static Transition same(AlertState state) {
        return new Transition(state, Notice.NONE);
    }
}
