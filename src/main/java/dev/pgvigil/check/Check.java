package dev.pgvigil.check;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question to a server or a database, and what its answer means. An implementation is one file, a
 * {@code @Singleton}, found by its type: no registration. The watch owns cadence, deadlines, retries, spans and timing.
 *
 * @param <O> what is observed: an immutable record, served as JSON by the API
 */
public interface Check<O> {

    /** Unique, kebab-case; also the name of its page in {@code docs/checks}. */
    String name();

    Scope scope();

    /** How often, unless configured otherwise. */
    Duration interval();

    /** The same on one server, where that makes a difference; null while nothing is known of it. */
    default Duration interval(@Nullable ServerFacts server) {
        return interval();
    }

    default Requirements requirements() {
        return Requirements.NOTHING;
    }

    /** The thresholds that a user may set. */
    default List<Threshold> limits() {
        return List.of();
    }

    /** How much evidence its findings need. */
    default Debounce debounce() {
        return Debounce.AT_ONCE;
    }

    /** The interval while the overhead throttle stretches the intervals of this server, as far as this check gives way. */
    default Duration throttled(Duration interval, double factor) {
        return Duration.ofNanos(Math.round(interval.toNanos() * factor));
    }

    /** Asks. Takes no lock that DDL of an application would queue behind. */
    Uni<O> collect(Session session);

    /** Judges for one target. Pure. */
    List<Finding> evaluate(O now, Previous<O> past, Target target);

    /** What it means that the observation failed twice in a row, though the server is there. Pure. */
    default List<Finding> evaluateFailure(Failure failure, Target target) {
        return List.of(CheckFailure.of(name(), failure, target));
    }

    /**
     * What is measured of a server that several roles watch. They see the same of it, and the newer observation is enough;
     * what each sees of itself adds up.
     */
    default O merge(O newer, O older) {
        return newer;
    }

    /** Gives the figures of the latest observation. */
    default void export(O now, MetricSink gauges) {}
}
