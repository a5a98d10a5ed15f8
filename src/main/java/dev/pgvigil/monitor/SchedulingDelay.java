package dev.pgvigil.monitor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.stream.IntStream;

/** Measures the delay from when a heartbeat is due to when it starts, over the whole fleet. Thread-safe. */
@Singleton
public class SchedulingDelay {

    private static final Duration[] BOUNDS = IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Timer lateness;

    public SchedulingDelay(MeterRegistry meters) {
        lateness = Timer.builder("pgvigil.heartbeat.lateness")
                .description("Delay between the due time and the start of a heartbeat, over the whole fleet.")
                .serviceLevelObjectives(BOUNDS)
                .register(meters);
    }

    /** Records the delay of a heartbeat that starts now. */
    void began(Duration late) {
        lateness.record(late);
    }
}
