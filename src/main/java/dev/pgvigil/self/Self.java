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

/** Observes pgvigil itself, and returns its health from memory. */
@Singleton
public class Self {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int OBSERVATIONS_PER_DEADLOCK_SEARCH = 5;

    private final Fleet fleet;
    private final EventLoops loops;
    private final Deadlocks deadlocks = new Deadlocks();
    private final long started = System.nanoTime();
    // A separate thread: an observer on a pool or event loop that it observes would be blocked together with it.
    private final ScheduledExecutorService observer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("pgvigil-self").daemon().factory());

    private volatile Observation latest = new Observation(HeartbeatActivity.started(started), List.of(), started, 0);
    private volatile @Nullable FirstPass passed;

    Self(Fleet fleet, EventLoops loops) {
        this.fleet = fleet;
        this.loops = loops;
    }

    void start(@Observes StartupEvent event) {
        // An exception ends the observations, and then liveness: correctly, because pgvigil can no longer observe
        // itself.
        var _ = observer.scheduleWithFixedDelay(this::observe, 0, INTERVAL.toMillis(), MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        observer.shutdownNow();
    }

    /** The current health. Never blocks; callable from any thread. */
    public ProcessHealth vitals() {
        Observation last = latest;
        long now = System.nanoTime();
        return new ProcessHealth(
                loops.lags(),
                last.activity.stall(now),
                Duration.ofNanos(Math.max(0, now - last.at)),
                last.deadlocked,
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

    private void observe() {
        Observation before = latest;
        long now = System.nanoTime();
        latest = new Observation(
                before.activity.observe(fleet.watchedHere(), now),
                before.count % OBSERVATIONS_PER_DEADLOCK_SEARCH == 0 ? deadlocks.names() : before.deadlocked,
                now,
                before.count + 1);
    }

    private record Observation(HeartbeatActivity activity, List<String> deadlocked, long at, long count) {}
}
