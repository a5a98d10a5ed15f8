package dev.pgvigil.telemetry.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogRateLimiterTest {

    private final LogRateLimiter quiet = new LogRateLimiter(3);

    @Test
    void a_logger_has_so_many_lines_a_minute() {
        for (int line = 0; line < 3; line++) {
            assertThat(quiet.ask("io.netty", line)).isZero();
        }
        for (int line = 3; line < 100; line++) {
            assertThat(quiet.ask("io.netty", line)).isEqualTo(LogRateLimiter.SILENT);
        }
        assertThat(quiet.ask("io.vertx", 100)).isZero();
    }

    @Test
    void the_next_minute_tells_what_was_left_out() {
        for (int line = 0; line < 10; line++) {
            quiet.ask("io.netty", line);
        }
        long later = TimeUnit.SECONDS.toNanos(60);

        assertThat(quiet.ask("io.netty", later)).isEqualTo(7);
        assertThat(quiet.ask("io.netty", later + 1)).isZero();
        assertThat(quiet.ask("io.netty", later * 3)).isZero();
    }

    @Test
    void it_remembers_a_bounded_number_of_loggers() {
        for (int logger = 0; logger < 10_000; logger++) {
            quiet.ask("logger" + logger, 0);
        }

        assertThat(quiet.loggers()).isLessThanOrEqualTo(LogRateLimiter.LOGGERS);
        assertThat(quiet.ask("logger9999", 1)).isZero();
    }
}
