package dev.pgvigil.trend;

import dev.pgvigil.check.forecast.TheilSen;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is usual at this hour of the week: the median of the same hour and its neighbours in the last four weeks, and how far values usually are
 * from it. Pure.
 *
 * @param median of the past
 * @param scale 1.4826 times the median absolute deviation, at least the interquartile range over 1.349 and 5 % of the median
 * @param values hours that it is made from
 */
record HourOfWeek(double median, double scale, int values) {

    static final int WEEKS = 4;
    static final int FEWEST_WEEKS = 3;
    static final int FEWEST_VALUES = 8;

    private static final double LEAST_SCALE = 0.05;

    /** Empty: too few of these hours are known. */
    static Optional<HourOfWeek> at(Hours hours, Instant at, ZoneId zone) {
        ZonedDateTime local = at.atZone(zone).truncatedTo(ChronoUnit.HOURS);
        List<Double> values = new ArrayList<>();
        Set<Integer> weeks = new HashSet<>();
        for (int week = 1; week <= WEEKS; week++) {
            // Weeks of the zone: the same hour of the clock before and after its changes.
            Instant same = local.minusWeeks(week).toInstant();
            for (int beside = -1; beside <= 1; beside++) {
                Double value = hours.at(same.plus(beside, ChronoUnit.HOURS));
                if (value != null) {
                    values.add(value);
                    weeks.add(week);
                }
            }
        }
        return values.size() < FEWEST_VALUES || weeks.size() < FEWEST_WEEKS
                ? Optional.empty()
                : Optional.of(of(values.stream()
                        .mapToDouble(Double::doubleValue)
                        .sorted()
                        .toArray()));
    }

    private static HourOfWeek of(double[] sorted) {
        double median = TheilSen.median(sorted);
        double[] distances = new double[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            distances[i] = Math.abs(sorted[i] - median);
        }
        Arrays.sort(distances);
        double quartiles = sorted[sorted.length * 3 / 4] - sorted[sorted.length / 4];
        double scale = Math.max(
                Math.max(1.4826 * TheilSen.median(distances), quartiles / 1.349), LEAST_SCALE * Math.abs(median));
        return new HourOfWeek(median, scale, sorted.length);
    }

    /** The same where everything is larger or smaller by a factor. */
    HourOfWeek times(double factor) {
        return new HourOfWeek(median * factor, scale * factor, values);
    }
}
