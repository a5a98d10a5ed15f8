package dev.pgvigil.check;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.CheckOption;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * Collects one concern of a server or a database, evaluates it and exports its metrics. An implementation is one file, a
 * {@code @Singleton}, found by its type: no registration. The monitor executes its {@link Policy}: intervals, deadlines, retries,
 * spans and timing.
 *
 * @param <O> the observation: an immutable record, served as JSON by the API
 */
public interface Check<O> {

    /** Unique, kebab-case; also the name of its page in {@code docs/checks}. */
    String name();

    Scope scope();

    /** How the monitor runs it. */
    Policy policy();

    /** The requirements without which it is not run. */
    default Requirements requirements() {
        return Requirements.NOTHING;
    }

    /** The thresholds that can be configured. */
    default List<Threshold> thresholds() {
        return List.of();
    }

    /** The settings that can be configured besides. */
    default List<CheckOption<?>> options() {
        return List.of();
    }

    /** Queries the server, or for {@link Scope#HOST} its host. Takes no lock that DDL of an application would queue behind. */
    Uni<O> collect(Session session);

    /**
     * Queries the database of one target, with what is configured for it. The monitor calls it for checks of one database; for
     * most of them the target makes no difference.
     */
    default Uni<O> collect(Session session, Target target) {
        return collect(session);
    }

    /** Collects a check of the whole server, with what other checks have observed there. Most checks do not need that. */
    default Uni<O> collect(Session session, Latest others) {
        return collect(session);
    }

    /**
     * Whether the check has anything to do for this target. If not, a check of one database is skipped, and panels of the check are
     * not shown.
     */
    default boolean concerns(Target target) {
        return true;
    }

    /**
     * Whether there is nothing in the database that the check is about. Then the monitor visits the database for it more seldom, and
     * runs it with the visits that other checks cause. Pure.
     */
    default boolean idle(O now) {
        return false;
    }

    /** Evaluates the observation for one target. Pure. */
    List<Finding> evaluate(O now, Previous<O> previous, Target target);

    /** Evaluates that the collection failed twice in a row although the server is reachable. Pure. */
    default List<Finding> evaluateFailure(Failure failure, Target target) {
        return List.of(CheckFailure.of(name(), failure, target));
    }

    /**
     * Merges observations of one server that is monitored by several roles. All roles see the same server, so the newer
     * observation is enough; what each role sees of itself is added up.
     */
    default O merge(O newer, O older) {
        return newer;
    }

    /** Exports what is known if the latest collection failed, such as that the server does not answer. */
    default void exportFailure(MetricSink sink) {}

    /** Exports the metrics of the latest observation. */
    default void export(O now, MetricSink sink) {}
}
