package dev.pgvigil.check.forecast;

import dev.pgvigil.check.Growing.Quantity;
import dev.pgvigil.check.forecast.TheilSen.Slope;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one quantity: the last hours in detail, and the last month. A growth that began some hours ago is seen in the
 * hours, a slow one in the month.
 */
final class Series {

    /** A forecast reaches at most so many times as far as the past that was seen. */
    static final double REACH = 4;

    /** Bytes of one series. */
    static final int BYTES = 2 * ReadingRing.BYTES + 300;

    private static final double HOURS = 8 * 3600.0;
    private static final double MONTH = 30 * 86_400.0;
    private static final double DAY = 86_400;

    /** The last readings whose median is the present value of a quantity that varies. */
    private static final int RECENT = 5;

    private final ReadingRing hours = new ReadingRing(HOURS);
    private final ReadingRing month = new ReadingRing(MONTH);
    private @Nullable Slope ofHours;
    private @Nullable Slope ofMonth;

    /** Adds a reading and returns the forecast. */
    Growth add(Quantity quantity, @Nullable String database, Instant at) {
        double now = at.getEpochSecond() + at.getNano() / 1e9;
        if (hours.add(now, quantity.value())) {
            ofHours = TheilSen.of(hours.times(), hours.values());
        }
        if (month.add(now, quantity.value())) {
            ofMonth = TheilSen.of(month.times(), month.values());
        }
        Growth slow = growth(quantity, database, at, month, ofMonth);
        if (quantity.resource().isCyclic() || quantity.limit() == null) {
            return slow;
        }
        Growth fast = growth(quantity, database, at, hours, ofHours);
        return fast.runsOutAt() != null || slow.perDay() == null ? fast : slow;
    }

    private static Growth growth(
            Quantity quantity, @Nullable String database, Instant at, ReadingRing ring, @Nullable Slope slope) {
        Double limit = quantity.limit();
        Growth growth = new Growth(
                quantity.resource(),
                quantity.name(),
                database,
                quantity.value(),
                limit,
                ring.size(),
                ring.seconds(),
                slope == null ? null : slope.median() * DAY,
                slope == null ? null : slope.low() * DAY,
                slope == null ? null : slope.high() * DAY,
                null,
                null,
                null,
                null);
        if (slope == null
                || limit == null
                || slope.low() <= 0
                || quantity.value() < quantity.from()
                || (quantity.resource().isCyclic() && ring.seconds() < DAY)) {
            return growth;
        }
        double rest = Math.max(0, limit - level(quantity, ring));
        double left = rest / slope.median();
        return left > REACH * ring.seconds()
                ? growth
                : growth.runsOut(
                        left,
                        after(at, left),
                        after(at, rest / slope.high()),
                        after(at, Math.min(rest / slope.low(), REACH * MONTH)));
    }

    private static double level(Quantity quantity, ReadingRing ring) {
        if (!quantity.resource().isCyclic()) {
            return quantity.value();
        }
        double[] values = ring.values();
        double[] recent = Arrays.copyOfRange(values, Math.max(0, values.length - RECENT), values.length);
        Arrays.sort(recent);
        return TheilSen.median(recent);
    }

    private static Instant after(Instant at, double seconds) {
        return at.plus(Duration.ofSeconds(Math.round(seconds)));
    }
}
