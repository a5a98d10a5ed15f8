package dev.pgvigil.self;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.pgvigil.state.Fleet;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Looks at pgvigil itself, and answers from memory how it is. */
@Singleton
public class Self {

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final int LOOKS_PER_SEARCH = 5;

    private final Fleet fleet;
    private final EventLoops loops;
    private final Deadlocks deadlocks = new Deadlocks();
    private final long started = System.nanoTime();
    // A thread of its own: an observer on a pool or loop that it observes would be stuck together with it.
    private final ScheduledExecutorService observer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("pgvigil-self").daemon().factory());

    private volatile Observation latest = new Observation(HeartbeatActivity.started(started), List.of(), started, 0);
    private volatile @Nullable FirstPass passed;

    Self(Fleet fleet, EventLoops loops) {
        this.fleet = fleet;
        this.loops = loops;
    }

    void start(@Observes StartupEvent event) {
        // An exception would end the looks, and with them pgvigil's claim to be alive: rightly, for it is then blind.
        var _ = observer.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        observer.shutdownNow();
    }

    /** How pgvigil is now. Waits for nothing, from any thread. */
    public ProcessHealth vitals() {
        Observation seen = latest;
        long now = System.nanoTime();
        return new ProcessHealth(
                loops.lags(),
                seen.pulse.silence(now),
                Duration.ofNanos(Math.max(0, now - seen.at)),
                seen.deadlocked,
                firstPass(now));
    }

    private FirstPass firstPass(long now) {
        FirstPass done = passed;
        if (done != null) {
            return done;
        }
        FirstPass pass = FirstPass.of(fleet.snapshot(), Duration.ofNanos(now - started));
        if (pass.done()) {
            passed = pass;
        }
        return pass;
    }

    private void look() {
        Observation before = latest;
        long now = System.nanoTime();
        latest = new Observation(
                before.pulse.look(fleet.snapshot(), now),
                before.count % LOOKS_PER_SEARCH == 0 ? deadlocks.names() : before.deadlocked,
                now,
                before.count + 1);
    }

    private record Observation(HeartbeatActivity pulse, List<String> deadlocked, long at, long count) {}
}
