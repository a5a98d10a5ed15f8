package dev.pgvigil.slo;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSource;
import java.util.OptionalDouble;

/**
 * What a metric of the configuration's queries must be. The worst row decides.
 *
 * @param metric its name, {@code <query>_<column>}
 * @param most whether the value is the greatest that is good; else the smallest
 */
record MetricGoal(String metric, boolean most, double value) {

    Second of(MetricSource.Reading reading) {
        OptionalDouble worst = most ? reading.greatest() : reading.least();
        if (worst.isEmpty() || Double.isNaN(worst.getAsDouble())) {
            return Second.UNKNOWN;
        }
        boolean good = most ? worst.getAsDouble() <= value : worst.getAsDouble() >= value;
        return good ? Second.GOOD : Second.BAD;
    }

    /** {@code bookings_today at least 10}. */
    @Override
    public String toString() {
        return metric + (most ? " at most " : " at least ") + HumanFormat.number(value);
    }
}
