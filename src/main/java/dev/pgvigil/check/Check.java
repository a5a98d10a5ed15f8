package dev.pgvigil.check;

import dev.pgvigil.target.Failure;
import dev.pgvigil.target.Limit;
import dev.pgvigil.target.ServerFacts;
import dev.pgvigil.target.Session;
import dev.pgvigil.target.Target;
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
    Duration cadence();

    /** The same on one server, where that makes a difference; null while nothing is known of it. */
    default Duration cadence(@Nullable ServerFacts server) {
        return cadence();
    }

    default Needs needs() {
        return Needs.NOTHING;
    }

    /** The thresholds that a user may set. */
    default List<Limit> limits() {
        return List.of();
    }

    /** How much evidence its findings need. */
    default Evidence evidence() {
        return Evidence.AT_ONCE;
    }

    /** Asks. Takes no lock that DDL of an application would queue behind. */
    Uni<O> observe(Session session);

    /** Judges for one target. Pure. */
    List<Finding> judge(O now, Past<O> past, Target target);

    /** What it means that the observation failed twice in a row, though the server is there. Pure. */
    default List<Finding> judgeFailure(Failure failure, Target target) {
        return List.of(Unanswered.of(name(), failure, target));
    }

    /**
     * What is measured of a server that several roles watch. They see the same of it, and the newer observation is enough;
     * what each sees of itself adds up.
     */
    default O together(O newer, O older) {
        return newer;
    }

    /** Gives the figures of the latest observation. */
    default void measure(O now, Gauges gauges) {}
}
