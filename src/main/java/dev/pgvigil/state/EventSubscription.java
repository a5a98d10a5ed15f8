package dev.pgvigil.state;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Reads the log for one subscriber. At most one batch is in flight, on the subscriber's executor. */
final class EventSubscription implements Runnable {

    private static final Logger LOG = Logger.getLogger(EventSubscription.class);
    private static final int BATCH = 256;

    private enum State {
        IDLE,
        READING,
        /** Events were published after the current batch began. */
        BEHIND,
        CANCELLED
    }

    private final EventLog log;
    private final Executor executor;
    private final boolean beats;
    private final Consumer<FleetEvent> each;
    private final Runnable gap;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    // Written by one batch and read by the next, possibly on another thread.
    private volatile EventLog.Position position;

    EventSubscription(EventLog log, Executor executor, boolean beats, Consumer<FleetEvent> each, Runnable gap) {
        this.log = log;
        this.executor = executor;
        this.beats = beats;
        this.each = each;
        this.gap = gap;
        this.position = log.end();
    }

    /** Called after each publication. */
    void signal() {
        State before = state.getAndUpdate(now -> switch (now) {
            case IDLE -> State.READING;
            case READING, BEHIND -> State.BEHIND;
            case CANCELLED -> State.CANCELLED;
        });
        if (before == State.IDLE) {
            schedule();
        }
    }

    void cancel() {
        state.set(State.CANCELLED);
    }

    @Override
    public void run() {
        if (!state.compareAndSet(State.BEHIND, State.READING) && state.get() == State.CANCELLED) {
            return;
        }
        EventLog.Batch batch = log.read(position, beats, BATCH);
        position = batch.next();
        if (batch.gap()) {
            guarded(gap);
        }
        for (EventLog.Entry entry : batch.entries()) {
            if (state.get() == State.CANCELLED) {
                return;
            }
            guarded(() -> each.accept(entry.event()));
        }
        if (batch.more() || !state.compareAndSet(State.READING, State.IDLE)) {
            schedule();
        }
    }

    private void schedule() {
        try {
            executor.execute(this);
        } catch (RejectedExecutionException ended) {
            cancel();
        }
    }

    // An exception for one event must not prevent delivery of the others.
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("an event subscriber failed", e);
        }
    }
}
