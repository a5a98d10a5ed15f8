package dev.pgvigil.check;

import dev.pgvigil.postgres.ServerFacts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the monitor runs a check.
 *
 * @param interval between two runs, unless configured otherwise
 * @param older the interval on servers before a major version, if the query costs more there; null: no difference
 * @param priority which checks are slowed first when monitoring costs more than its budget
 * @param deadline how long a statement may take
 * @param debounce how many results a finding needs
 * @param reactions what the monitor does with the observation itself, apart from its findings
 */
public record Policy(
        Duration interval,
        @Nullable Older older,
        Priority priority,
        Deadline deadline,
        Debounce debounce,
        Set<Reaction> reactions) {

    /** The interval on servers before a major version. */
    public record Older(int beforeMajor, Duration interval) {}

    /** The interval of a check of a database in which there is nothing that it is about, unless another is configured. */
    public static final Duration IDLE = Duration.ofMinutes(5);

    /** The order in which the overhead throttle slows checks. The factor is 1 while monitoring stays within its budget. */
    public enum Priority {
        /** Costs the server nothing, so it is never slowed. */
        LOCAL,
        /** Slowed least: the status of its targets would become stale. */
        HEARTBEAT,
        /** Needed by people on call during an incident. */
        HIGH,
        NORMAL,
        /** Slowed first: slow, or seldom urgent. */
        LOW;

        private static final double HEARTBEAT_MOST = 4;
        private static final double MOST = 64;

        /** The interval under a throttle of this factor. */
        public Duration throttled(Duration interval, double factor) {
            double by = switch (this) {
                case LOCAL -> 1;
                case HEARTBEAT -> Math.min(factor, HEARTBEAT_MOST);
                case HIGH -> Math.sqrt(factor);
                case NORMAL -> factor;
                case LOW -> Math.max(factor, Math.min(factor * factor, MOST));
            };
            return Duration.ofNanos(Math.round(interval.toNanos() * by));
        }
    }

    /** How long a statement may take, as configured under {@code sessions}. */
    public enum Deadline {
        /** {@code statement-timeout}: on the shared session. */
        STATEMENT,
        /** {@code slow-statement-timeout}: on a dedicated session, so that nothing waits behind it. */
        SLOW_STATEMENT
    }

    /** What the monitor does with an observation. */
    public enum Reaction {
        /** The observation is a {@link DatabaseListing}: its databases become targets where discovery is configured. */
        DISCOVER_DATABASES,
        /** An emergency connection is held while findings of the check make a target unhealthy: slots run out. */
        HOLD_EMERGENCY_CONNECTION
    }

    public Policy {
        reactions = Set.copyOf(reactions);
    }

    /** A policy with this interval, normal priority and the standard deadline, whose findings count at once. */
    public static Policy every(Duration interval) {
        return new Policy(
                interval, null, Priority.NORMAL, Deadline.STATEMENT, Debounce.AT_ONCE, EnumSet.noneOf(Reaction.class));
    }

    /** This interval on servers before that major version. */
    public Policy before(int major, Duration longer) {
        return new Policy(interval, new Older(major, longer), priority, deadline, debounce, reactions);
    }

    public Policy with(Priority value) {
        return new Policy(interval, older, value, deadline, debounce, reactions);
    }

    public Policy with(Deadline value) {
        return new Policy(interval, older, priority, value, debounce, reactions);
    }

    public Policy with(Debounce value) {
        return new Policy(interval, older, priority, deadline, value, reactions);
    }

    public Policy with(Reaction reaction) {
        EnumSet<Reaction> more = EnumSet.of(reaction);
        more.addAll(reactions);
        return new Policy(interval, older, priority, deadline, debounce, more);
    }

    /** The interval on one server while there is nothing that the check is about. */
    public Duration idle(@Nullable ServerFacts server) {
        Duration standard = interval(server);
        return standard.compareTo(IDLE) > 0 ? standard : IDLE;
    }

    /** The interval on one server. */
    public Duration interval(@Nullable ServerFacts server) {
        return older != null && server != null && server.major() < older.beforeMajor ? older.interval : interval;
    }
}
