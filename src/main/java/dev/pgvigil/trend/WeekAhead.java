package dev.pgvigil.trend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a series will be in a week, and by how much such forecasts were wrong in the past: each day of the history is taken for today, and
 * what would have been forecast is compared with what came. Pure.
 *
 * @param value forecast
 * @param error median of the errors of the past
 * @param largeError nine of ten errors of the past were smaller
 * @param trials forecasts that could be compared
 */
record WeekAhead(double value, double error, double largeError, int trials) {

    static final int DAYS = 7;

    /** Fewer say nothing about an error that one in ten exceeds. */
    static final int FEWEST_TRIALS = 10;

    /** Empty: nothing can be forecast, or too few forecasts can be tried. */
    static Optional<WeekAhead> of(Days days) {
        List<Double> errors = new ArrayList<>();
        for (int i = 0; i < days.size(); i++) {
            double came = days.value(i);
            double day = days.day(i);
            DailyGrowth.at(days, day - DAYS).ifPresent(growth -> errors.add(Math.abs(growth.on(day) - came)));
        }
        if (errors.size() < FEWEST_TRIALS) {
            return Optional.empty();
        }
        errors.sort(Comparator.naturalOrder());
        return DailyGrowth.of(days)
                .map(growth -> new WeekAhead(
                        growth.on(growth.lastDay() + DAYS),
                        Days.median(errors),
                        errors.get((int) Math.ceil(errors.size() * 0.9) - 1),
                        errors.size()));
    }

    double low() {
        return Math.max(0, value - largeError);
    }

    double high() {
        return value + largeError;
    }
}
