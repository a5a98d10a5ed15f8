package dev.pgvigil.telemetry.log;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits the lines that a logger may write per minute. The first line of the next minute contains the number of suppressed
 * lines. Thread-safe.
 */
final class LogRateLimiter {

    /** Result: suppress the line. */
    static final int SUPPRESS = -1;

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    static final int LOGGERS = 500;

    private final int linesPerMinute;
    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    LogRateLimiter(int linesPerMinute) {
        this.linesPerMinute = linesPerMinute;
    }

    private record Window(long began, int lines) {}

    /**
     * Decides whether the logger may write one more line.
     *
     * @param nanos the current {@link System#nanoTime}
     * @return the number of lines suppressed before this one, or {@link #SUPPRESS}
     */
    int acquire(String logger, long nanos) {
        if (windows.size() >= LOGGERS && !windows.containsKey(logger)) {
            return 0;
        }
        int[] suppressed = new int[1];
        Window window = windows.compute(logger, (name, before) -> {
            if (before == null || nanos - before.began() >= MINUTE) {
                suppressed[0] = before == null ? 0 : Math.max(0, before.lines() - linesPerMinute);
                return new Window(nanos, 1);
            }
            return new Window(before.began(), before.lines() + 1);
        });
        return window.lines() <= linesPerMinute ? suppressed[0] : SUPPRESS;
    }

    int loggers() {
        return windows.size();
    }
}
