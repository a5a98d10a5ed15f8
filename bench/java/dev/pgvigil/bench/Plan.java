package dev.pgvigil.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * How a run is made.
 *
 * @param quick whether figures may be rougher and come sooner
 * @param out where logs and figures go
 */
record Plan(boolean quick, Path out) {

    /** The one or the other, in seconds. */
    Duration seconds(int full, int rough) {
        return Duration.ofSeconds(quick ? rough : full);
    }

    int times(int full, int rough) {
        return quick ? rough : full;
    }

    /** Tells who waits what is under way. */
    static void say(String what) {
        System.out.println(LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS) + "  " + what);
    }

    static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }
}
