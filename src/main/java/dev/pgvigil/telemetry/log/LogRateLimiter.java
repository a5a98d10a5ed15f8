package dev.pgvigil.telemetry.log;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds how much a logger may say: a number of lines a minute, and then silence until the next minute, which begins by
 * telling how many were not logged. Safe for any thread.
 */
final class LogRateLimiter {

    /** An answer that is no number of lines: say nothing. */
    static final int SILENT = -1;

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    static final int LOGGERS = 500;

    private final int linesPerMinute;
    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    LogRateLimiter(int linesPerMinute) {
        this.linesPerMinute = linesPerMinute;
    }

    private record Window(long began, int lines) {}

    /**
     * Whether the logger may say one more line.
     *
     * @param nanos now, as {@link System#nanoTime} tells it
     * @return how many lines were left out before this one, or {@link #SILENT}
     */
    int ask(String logger, long nanos) {
        if (windows.size() >= LOGGERS && !windows.containsKey(logger)) {
            return 0;
        }
        int[] leftOut = new int[1];
        Window window = windows.compute(logger, (name, before) -> {
            if (before == null || nanos - before.began() >= MINUTE) {
                leftOut[0] = before == null ? 0 : Math.max(0, before.lines() - linesPerMinute);
                return new Window(nanos, 1);
            }
            return new Window(before.began(), before.lines() + 1);
        });
        return window.lines() <= linesPerMinute ? leftOut[0] : SILENT;
    }

    int loggers() {
        return windows.size();
    }
}
