package dev.pgvigil.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * The parameters of a run.
 *
 * @param quick whether the run is shorter and its figures less precise
 * @param out directory for logs and figures
 */
record Plan(boolean quick, Path out) {

    /** The full or the quick duration, in seconds. */
    Duration seconds(int full, int rough) {
        return Duration.ofSeconds(quick ? rough : full);
    }

    int times(int full, int rough) {
        return quick ? rough : full;
    }

    /** Prints progress. */
    static void say(String what) {
        System.out.println(LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS) + "  " + what);
    }

    static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }
}
