package dev.pgvigil.trend;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Hours of a made past. */
final class Past {

    static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private Past() {}

    /** Hours up to now, each by its time. */
    static Hours hours(int days, ToDoubleFunction<Instant> value) {
        return hours(NOW, days, value);
    }

    static Hours hours(Instant now, int days, ToDoubleFunction<Instant> value) {
        Map<Long, Double> hours = new HashMap<>();
        for (int ago = days * 24; ago > 0; ago--) {
            Instant at = now.minus(Duration.ofHours(ago));
            double each = value.applyAsDouble(at);
            if (!Double.isNaN(each)) {
                hours.put(at.getEpochSecond() / Hours.SECONDS, each);
            }
        }
        return new Hours(hours);
    }

    /** Days from then until now. */
    static double daysAgo(Instant at) {
        return Duration.between(at, NOW).toSeconds() / 86_400.0;
    }
}
