package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.self.LoopLag;
import dev.pgvigil.self.ProcessHealth;
import dev.pgvigil.self.Self;
import dev.pgvigil.self.WatchStall;
import dev.pgvigil.state.Snapshot;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** The values that the liveness probe evaluates, so that problems are visible before a restart. */
@Singleton
final class ProcessSeries implements SeriesSource {

    private final Supplier<ProcessHealth> health;

    @Inject
    ProcessSeries(Self self) {
        this(self::vitals);
    }

    ProcessSeries(Supplier<ProcessHealth> health) {
        this.health = health;
    }

    @Override
    public Rank rank() {
        return Rank.PROCESS;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder builder) {
        ProcessHealth seen = health.get();
        MetricSink sink = builder.under(Labels.NONE);
        for (LoopLag loop : seen.loops()) {
            sink.gauge(
                    "pgvigil_event_loop_lag_seconds",
                    "Largest delay of the event loop in the last 30 to 60 seconds.",
                    seconds(loop.peak()),
                    "loop",
                    String.valueOf(loop.loop()));
        }
        WatchStall stall = seen.silence();
        if (stall != null) {
            sink.gauge(
                    "pgvigil_watch_silence_seconds",
                    "Time since the latest heartbeat of any target, successful or failed.",
                    seconds(stall.lasted()));
        }
        sink.gauge(
                "pgvigil_threads_deadlocked",
                "Threads in a deadlock, at most 10.",
                seen.deadlocked().size());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
