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

/** What the liveness probe judges, as figures: trouble shows here before it costs a restart. */
@Singleton
final class ProcessSeries implements SeriesSource {

    private final Supplier<ProcessHealth> vitals;

    @Inject
    ProcessSeries(Self self) {
        this(self::vitals);
    }

    ProcessSeries(Supplier<ProcessHealth> vitals) {
        this.vitals = vitals;
    }

    @Override
    public void addTo(Snapshot snapshot, Instant now, SeriesBuilder harvest) {
        ProcessHealth seen = vitals.get();
        MetricSink gauges = harvest.under(Labels.NONE);
        for (LoopLag loop : seen.loops()) {
            gauges.gauge(
                    "pgvigil_event_loop_lag_seconds",
                    "Largest delay of the event loop in the last 30 to 60 seconds.",
                    seconds(loop.peak()),
                    "loop",
                    String.valueOf(loop.loop()));
        }
        WatchStall silence = seen.silence();
        if (silence != null) {
            gauges.gauge(
                    "pgvigil_watch_silence_seconds",
                    "Time since the latest heartbeat of any target, successful or failed.",
                    seconds(silence.lasted()));
        }
        gauges.gauge(
                "pgvigil_threads_deadlocked",
                "Threads in a deadlock, at most 10.",
                seen.deadlocked().size());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
