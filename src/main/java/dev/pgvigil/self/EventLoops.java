package dev.pgvigil.self;

import dev.pgvigil.postgres.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Schedules a tick on every event loop, so that a blocked loop can be detected from any other thread. */
@Singleton
public class EventLoops {

    private final List<EventExecutor> loops;
    private final AtomicReferenceArray<LoopClock> clocks;
    private final List<ScheduledFuture<?>> tickers = new ArrayList<>();

    EventLoops(Vertx vertx) {
        loops = EventLoop.all(vertx);
        clocks = new AtomicReferenceArray<>(loops.size());
        long now = System.nanoTime();
        for (int loop = 0; loop < loops.size(); loop++) {
            clocks.set(loop, LoopClock.started(loop, now));
        }
    }

    void start(@Observes StartupEvent event) {
        long tick = LoopClock.TICK.toMillis();
        for (int loop = 0; loop < loops.size(); loop++) {
            int number = loop;
            tickers.add(loops.get(loop).scheduleWithFixedDelay(() -> tick(number), 0, tick, TimeUnit.MILLISECONDS));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        tickers.forEach(ticker -> ticker.cancel(false));
    }

    /** The current lag of each loop. Does not block. */
    public List<LoopLag> lags() {
        long now = System.nanoTime();
        List<LoopLag> lags = new ArrayList<>(clocks.length());
        for (int loop = 0; loop < clocks.length(); loop++) {
            lags.add(clocks.get(loop).lag(now));
        }
        return lags;
    }

    private void tick(int loop) {
        LoopClock clock = clocks.get(loop);
        clocks.set(loop, clock.tick(Thread.currentThread().getName(), System.nanoTime()));
    }
}
