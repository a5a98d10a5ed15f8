package dev.pgvigil.export;

import dev.pgvigil.check.Gauges;
import dev.pgvigil.self.LoopLag;
import dev.pgvigil.self.Self;
import dev.pgvigil.self.Silence;
import dev.pgvigil.self.Vitals;
import dev.pgvigil.watch.Snapshot;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** What the liveness probe judges, as figures: trouble shows here before it costs a restart. */
@Singleton
final class VitalSeries implements Part {

    private final Supplier<Vitals> vitals;

    @Inject
    VitalSeries(Self self) {
        this(self::vitals);
    }

    VitalSeries(Supplier<Vitals> vitals) {
        this.vitals = vitals;
    }

    @Override
    public void measure(Snapshot snapshot, Instant now, Harvest harvest) {
        Vitals seen = vitals.get();
        Gauges gauges = harvest.under(Labels.NONE);
        for (LoopLag loop : seen.loops()) {
            gauges.gauge(
                    "pgvigil_event_loop_lag_seconds",
                    "How late the event loop was at worst in the last half to whole minute.",
                    seconds(loop.peak()),
                    "loop",
                    String.valueOf(loop.loop()));
        }
        Silence silence = seen.silence();
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
