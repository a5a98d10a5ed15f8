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
                    "How late the event loop was at worst in the last half to whole minute.",
                    seconds(loop.peak()),
                    "loop",
                    String.valueOf(loop.loop()));
        }
        WatchStall silence = seen.silence();
        if (silence != null) {
            gauges.gauge(
                    "pgvigil_watch_silence_seconds",
                    "Time without a new heartbeat of any target, answered or failed.",
                    seconds(silence.lasted()));
        }
        gauges.gauge(
                "pgvigil_threads_deadlocked",
                "Threads that wait for each other for ever, 10 at most.",
                seen.deadlocked().size());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
