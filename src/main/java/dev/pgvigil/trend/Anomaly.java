package dev.pgvigil.trend;

import dev.pgvigil.check.forecast.TheilSen;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The last hour of a series against what is usual at this hour of the week, scaled by how high the last day was. It is anomalous while each of
 * its four quarters is far away on the same side. Pure.
 *
 * @param expected what is usual
 * @param scale how far it usually is from that
 * @param value the quarter that is nearest to what is usual
 * @param found whether it is anomalous
 */
record Anomaly(double expected, double scale, double value, boolean found) {

    static final int QUARTERS = 4;

    private static final double SCALES = 6;
    private static final double EFFECT = 0.5;
    private static final double LEAST_LEVEL = 0.5;
    private static final double GREATEST_LEVEL = 2;
    private static final int DAY = 24;
    private static final int FEWEST_HOURS = 12;

    /**
     * Empty: too little is known to say.
     *
     * @param quarters means of the last four quarters of an hour
     * @param end of the last of them
     */
    static Optional<Anomaly> of(Measure measure, Hours hours, List<Double> quarters, Instant end, ZoneId zone) {
        Instant begin = end.minus(Duration.ofHours(1));
        if (quarters.size() < QUARTERS) {
            return Optional.empty();
        }
        return HourOfWeek.at(hours, begin, zone)
                .map(usual -> of(measure, usual.times(level(hours, begin, zone)), quarters));
    }

    private static Anomaly of(Measure measure, HourOfWeek usual, List<Double> quarters) {
        double least = quarters.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double greatest =
                quarters.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        double near = Math.abs(least - usual.median()) < Math.abs(greatest - usual.median()) ? least : greatest;
        boolean oneSide = least > usual.median() || greatest < usual.median();
        double distance = Math.abs(near - usual.median());
        boolean found = oneSide
                && distance > SCALES * usual.scale()
                && distance > Math.max(EFFECT * usual.median(), measure.leastEffect());
        return new Anomaly(usual.median(), usual.scale(), near, found);
    }

    /** By how much the last day was above or below what is usual: a change of the level is told once, and is then the new level. */
    private static double level(Hours hours, Instant before, ZoneId zone) {
        double[] ratios = IntStream.rangeClosed(1, DAY)
                .mapToObj(ago -> before.minus(Duration.ofHours(ago)))
                .flatMap(hour -> {
                    Double value = hours.at(hour);
                    return HourOfWeek.at(hours, hour, zone)
                            .filter(usual -> value != null && usual.median() > 0)
                            .map(usual -> (value == null ? 0 : value) / usual.median())
                            .stream();
                })
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return ratios.length < FEWEST_HOURS ? 1 : Math.clamp(TheilSen.median(ratios), LEAST_LEVEL, GREATEST_LEVEL);
    }
}
