package dev.pgvigil.trend;

import dev.pgvigil.check.forecast.TheilSen;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The medians of complete days, oldest first. A median is not moved by a nightly dump or a short fault.
 *
 * @param days number of the day
 */
@SuppressWarnings("ArrayRecordComponent")
record Days(double[] days, double[] values) {

    /** A day of which less is known has no median. */
    private static final int FEWEST_HOURS = 12;

    /** @param now the day of it is not complete */
    static Days of(Hours hours, ZoneId zone, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, zone);
        Map<LocalDate, List<Double>> byDay = new TreeMap<>();
        hours.byHour()
                .forEach((hour, value) -> byDay.computeIfAbsent(
                                LocalDate.ofInstant(Instant.ofEpochSecond(hour * Hours.SECONDS), zone),
                                first -> new ArrayList<>())
                        .add(value));
        byDay.entrySet()
                .removeIf(day -> !day.getKey().isBefore(today) || day.getValue().size() < FEWEST_HOURS);
        return new Days(
                byDay.keySet().stream().mapToDouble(LocalDate::toEpochDay).toArray(),
                byDay.values().stream().mapToDouble(Days::median).toArray());
    }

    static double median(List<Double> values) {
        return TheilSen.median(
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }

    int size() {
        return days.length;
    }

    double day(int index) {
        return days[index];
    }

    double value(int index) {
        return values[index];
    }

    /** The days after {@code from} up to and with {@code to}. */
    Days between(double from, double to) {
        int begin = 0;
        while (begin < days.length && days[begin] <= from) {
            begin++;
        }
        int end = begin;
        while (end < days.length && days[end] <= to) {
            end++;
        }
        return new Days(Arrays.copyOfRange(days, begin, end), Arrays.copyOfRange(values, begin, end));
    }
}
