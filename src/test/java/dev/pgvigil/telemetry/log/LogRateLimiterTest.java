package dev.pgvigil.telemetry.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogRateLimiterTest {

    private final LogRateLimiter limiter = new LogRateLimiter(3);

    @Test
    void limitsLinesPerMinuteAndLogger() {
        for (int line = 0; line < 3; line++) {
            assertThat(limiter.acquire("io.netty", line)).isZero();
        }
        for (int line = 3; line < 100; line++) {
            assertThat(limiter.acquire("io.netty", line)).isEqualTo(LogRateLimiter.SUPPRESS);
        }
        assertThat(limiter.acquire("io.vertx", 100)).isZero();
    }

    @Test
    void nextMinuteReportsNumberOfSuppressedLines() {
        for (int line = 0; line < 10; line++) {
            limiter.acquire("io.netty", line);
        }
        long later = TimeUnit.SECONDS.toNanos(60);

        assertThat(limiter.acquire("io.netty", later)).isEqualTo(7);
        assertThat(limiter.acquire("io.netty", later + 1)).isZero();
        assertThat(limiter.acquire("io.netty", later * 3)).isZero();
    }

    @Test
    void keepsBoundedNumberOfLoggers() {
        for (int logger = 0; logger < 10_000; logger++) {
            limiter.acquire("logger" + logger, 0);
        }

        assertThat(limiter.loggers()).isLessThanOrEqualTo(LogRateLimiter.LOGGERS);
        assertThat(limiter.acquire("logger9999", 1)).isZero();
    }
}
