package dev.pgvigil.history;

import java.time.Duration;
import java.time.Instant;

/** The part of the last hour that is shown: all of it, or less while pgvigil has not run that long. */
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

    /** The shortest window that covers the time since {@code begin}. */
    static Window since(Instant begin, Instant now) {
        Duration elapsed = Duration.between(begin, now);
        for (Window window : values()) {
            if (elapsed.compareTo(Duration.ofMinutes(window.minutes)) <= 0) {
                return window;
            }
        }
        return SIXTY;
    }

    public int minutes() {
        return minutes;
    }

    /** The distance of axis labels in minutes; it divides the window. */
    public int step() {
        return step;
    }

    int beats() {
        return minutes * 60 / HeartbeatRing.SECONDS;
    }

    int connections() {
        return minutes * 60 / ConnectionSampleRing.SECONDS;
    }
}
