package dev.pgvigil.trend;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Hourly means of one series, by the start of the hour. Hours of which nothing is known are missing. Immutable. */
record Hours(Map<Long, Double> byHour) {

    static final long SECONDS = 3_600;

    Hours {
        byHour = Map.copyOf(byHour);
    }

    /** Without the hours of outages, which are no example of what is usual. */
    Hours without(Hours up, double usual) {
        Map<Long, Double> kept = new HashMap<>(byHour);
        kept.keySet().removeIf(hour -> up.byHour.getOrDefault(hour, 1.0) < usual);
        return new Hours(kept);
    }

    @Nullable
    Double at(Instant hour) {
        return byHour.get(Math.floorDiv(hour.getEpochSecond(), SECONDS));
    }
}
