package dev.pgvigil.check;

import dev.pgvigil.target.Target;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** A check that measures metrics which the configuration names. It belongs to the contract, because objectives are measured with it. */
public interface MetricSource {

    /** Name of the check. */
    String CHECK = "custom-sql";

    /** The names of the metrics that are measured on a target, and the time between two measurements of one. */
    Set<String> metrics(Target target);

    /** The time between two measurements of a metric; empty: it is not measured on this target. */
    Optional<Duration> interval(Target target, String metric);

    /** An observation that holds such metrics. */
    interface Readings {

        /** The latest reading of a metric; empty: there is none, because it was not measured yet, does not run here, or failed. */
        Optional<Reading> reading(String metric);
    }

    /**
     * The latest values of one metric.
     *
     * @param ageSeconds since it was measured, at the time of the observation
     * @param least the smallest over all rows; empty: no row has a value
     * @param greatest the greatest over all rows; empty: no row has a value
     */
    record Reading(double ageSeconds, OptionalDouble least, OptionalDouble greatest) {}
}
