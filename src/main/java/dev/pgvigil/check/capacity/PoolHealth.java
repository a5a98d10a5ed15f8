package dev.pgvigil.check.capacity;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PoolUsage;
import java.util.Locale;

/** The utilization level of a pool, by the default thresholds. */
public enum PoolHealth {
    OPTIMAL,
    MODERATE,
    HIGH;

    static PoolHealth of(double utilization) {
        if (utilization >= Connections.HIGH.standard()) {
            return HIGH;
        }
        return utilization >= PoolUsage.DEGRADED.standard() ? MODERATE : OPTIMAL;
    }

    /** The recommended action, in one sentence. */
    String recommendation(int used, int size, int idle, int starting) {
        String free = "%s of %s ordinary slots are free".formatted(Math.max(0, size - used), size);
        String idling = HumanFormat.count(idle, "session")
                + (idle == 1 ? " is idle" : " are idle")
                + (starting == 0 ? "" : ", " + starting + (starting == 1 ? " is" : " are") + " still logging in");
        return switch (this) {
            case OPTIMAL -> "Nothing to do: " + free + ".";
            case MODERATE -> "Watch it: " + free + ", " + idling + ".";
            case HIGH ->
                "Make room: " + free + ", " + idling + ". Make the applications' pools smaller, end idle sessions, "
                        + "or put a transaction pooler in front.";
        };
    }

    @JsonValue
    public String json() {
        return name().toLowerCase(Locale.ROOT);
    }
}
