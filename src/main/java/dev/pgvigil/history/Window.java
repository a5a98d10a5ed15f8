package dev.pgvigil.history;

import java.time.Duration;
import java.time.Instant;

/** How much of the last hour is worth showing: all of it, or less while pgvigil has not watched for so long. */
public enum Window {
    TEN(10, 2),
    THIRTY(30, 5),
    SIXTY(60, 10);

    private final int minutes;
    private final int step;

    Window(int minutes, int step) {
        this.minutes = minutes;
        this.step = step;
    }

    /** The least that holds everything from that moment on. */
    static Window since(Instant begin, Instant now) {
        Duration passed = Duration.between(begin, now);
        for (Window window : values()) {
            if (passed.compareTo(Duration.ofMinutes(window.minutes)) <= 0) {
                return window;
            }
        }
        return SIXTY;
    }

    public int minutes() {
        return minutes;
    }

    /** A round number of minutes that divides it. */
    public int step() {
        return step;
    }

    int beats() {
        return minutes * 60 / HeartbeatRing.SECONDS;
    }

    int uses() {
        return minutes * 60 / ConnectionSampleRing.SECONDS;
    }
}
