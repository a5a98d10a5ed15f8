package dev.pgvigil.health;

import static java.util.Comparator.naturalOrder;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.self.FirstPass;
import dev.pgvigil.self.LoopLag;
import dev.pgvigil.self.ProcessHealth;
import dev.pgvigil.self.SelfSettings;
import dev.pgvigil.self.WatchStall;
import java.time.Duration;
import java.util.List;

/** pgvigil's own health, independent of any database. Pure. */
record SelfHealth(ProcessHealth vitals, SelfSettings limits, Configuration.State configuration) {

    private static final int NAMED = 10;
    /**
     * With long heartbeat intervals, three heartbeats may be missing, each throttled fourfold by the overhead budget.
     */
    private static final int MISSED_INTERVALS = 12;

    /** All checks. {@link OwnHealthChecks} assigns them to probes. */
    List<HealthCheckResult> all() {
        return List.of(configured(), firstPass(), eventLoops(), watch(), threads());
    }

    HealthCheckResult eventLoops() {
        Duration bound = limits.eventLoopStuckAfter();
        List<LoopLag> stuck = vitals.loops().stream()
                .filter(loop -> loop.late().compareTo(bound) > 0)
                .toList();
        Data data = new Data()
                .number("loops", vitals.loops().size())
                .number("stuck", stuck.size())
                .millis("late_ms", worst())
                .millis("bound_ms", bound);
        stuck.stream().limit(NAMED).forEach(loop -> data.millis("stuck." + loop.thread() + "_ms", loop.late()));
        return HealthCheckResult.of("event-loops", stuck.isEmpty(), data);
    }

    private Duration worst() {
        return vitals.loops().stream().map(LoopLag::late).max(naturalOrder()).orElse(Duration.ZERO);
    }

    HealthCheckResult watch() {
        WatchStall stall = vitals.silence();
        if (stall == null) {
            return HealthCheckResult.of("watch", true, new Data().text("reason", "no target has heartbeats"));
        }
        Duration tolerated = stall.interval().multipliedBy(MISSED_INTERVALS);
        Duration bound = tolerated.compareTo(limits.watchSilentAfter()) > 0 ? tolerated : limits.watchSilentAfter();
        return HealthCheckResult.of(
                "watch",
                stall.lasted().compareTo(bound) <= 0,
                new Data().millis("age_ms", stall.lasted()).millis("bound_ms", bound));
    }

    HealthCheckResult threads() {
        Duration bound = limits.watchSilentAfter();
        boolean observed = vitals.unobserved().compareTo(bound) <= 0;
        Data data = new Data()
                .number("deadlocked", vitals.deadlocked().size())
                .millis("age_ms", vitals.unobserved())
                .millis("bound_ms", bound);
        if (!vitals.deadlocked().isEmpty()) {
            data.text("names", String.join(", ", vitals.deadlocked()));
        }
        return HealthCheckResult.of("threads", observed && vitals.deadlocked().isEmpty(), data);
    }

    /** A rejected reload does not make pgvigil DOWN, because the previous settings stay in force. */
    HealthCheckResult configured() {
        return HealthCheckResult.of(
                "configuration",
                configuration.loadedAt() != null,
                new Data()
                        .time("at", configuration.loadedAt())
                        .number("problems", configuration.problems().size()));
    }

    HealthCheckResult firstPass() {
        FirstPass pass = vitals.firstPass();
        Duration grace = limits.firstPassGrace();
        return HealthCheckResult.of(
                "first-pass",
                pass.done() || pass.elapsed().compareTo(grace) >= 0,
                new Data()
                        .number("targets", pass.targets())
                        .number("pending", pass.pending())
                        .millis("elapsed_ms", pass.elapsed())
                        .millis("bound_ms", grace));
    }
}
