package dev.pgvigil.check.custom;

import dev.pgvigil.check.custom.CustomQuery.Column;
import dev.pgvigil.check.custom.CustomQuery.Usage;
import io.vertx.pgclient.data.Interval;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** A value of a custom query as a number or a text, as postgres_exporter converts them. */
final class SqlValue {

    private static final int LONGEST = 200;
    private static final double SECONDS_OF_DAY = 86_400;
    private static final double DAYS_OF_MONTH = 30;
    private static final double DAYS_OF_YEAR = 365.25;

    private SqlValue() {}

    static String text(Object value) {
        String text = String.valueOf(value);
        return text.length() <= LONGEST ? text : text.substring(0, text.offsetByCodePoints(0, LONGEST / 2));
    }

    /** Times are seconds since 1970, intervals seconds, booleans 0 and 1; empty if it is no number. */
    static Optional<Double> number(Object value, Column column) {
        if (column.usage() == Usage.MAPPEDMETRIC) {
            return Optional.ofNullable(column.mapping().get(String.valueOf(value)));
        }
        return switch (value) {
            case Number number -> Optional.of(number.doubleValue());
            case Boolean flag -> Optional.of(flag ? 1.0 : 0.0);
            case OffsetDateTime time -> Optional.of(seconds(time.toInstant()));
            case LocalDateTime time -> Optional.of(seconds(time.toInstant(ZoneOffset.UTC)));
            case LocalDate date -> Optional.of((double) date.toEpochDay() * SECONDS_OF_DAY);
            case Interval interval -> Optional.of(seconds(interval));
            case String text -> parsed(text);
            default -> Optional.empty();
        };
    }

    private static double seconds(Instant time) {
        return time.getEpochSecond() + time.getNano() / 1e9;
    }

    /** As EXTRACT(epoch) does. */
    private static double seconds(Interval interval) {
        return (interval.getYears() * DAYS_OF_YEAR + interval.getMonths() * DAYS_OF_MONTH + interval.getDays())
                        * SECONDS_OF_DAY
                + interval.getHours() * 3600.0
                + interval.getMinutes() * 60.0
                + interval.getSeconds()
                + interval.getMicroseconds() / 1e6;
    }

    private static Optional<Double> parsed(String text) {
        try {
            return Optional.of(Double.parseDouble(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
