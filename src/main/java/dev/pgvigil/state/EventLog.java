package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The latest events of the fleet in order, bounded by count and size. Each event has a sequence number, one more than
 * that of the previous event; the epoch distinguishes the numbers of different processes. Heartbeats are transient:
 * they are delivered in order between the events, but have no number and are kept briefly.
 *
 * <p>Publishing never waits for readers, and its cost does not depend on them. Each reader reads from its own position,
 * and is notified if events after it are no longer kept. Thread-safe.
 */
public final class EventLog {

    static final int ENTRIES = 10_000;
    static final long BYTES = 8L << 20;
    static final int BEATS = 8192;

    private static final Entry FORGOTTEN = new Entry(0, new FleetEvent.Removed(Instant.EPOCH, ""));

    /**
     * An event and its number.
     *
     * @param sequence for a heartbeat, the number of the previous event
     */
    public record Entry(long sequence, FleetEvent event) {}

    /** The position of a reader: after the event and the heartbeat with these numbers. */
    public record Position(long sequence, long beat) {}

    /**
     * The entries after a position.
     *
     * @param gap whether events between the position and the first entry are no longer kept, or the position is unknown
     * @param next the position after the last entry
     * @param more whether there are more entries
     */
    public record Batch(List<Entry> entries, Position next, boolean gap, boolean more) {}

    /** The open findings of every target that has some, after the event of that number. */
    public record OpenFindings(Map<String, List<Finding>> findings, long sequence) {}

    private final String epoch = UUID.randomUUID().toString().substring(0, 8);
    private final Object lock = new Object();
    private final Entry[] entries = new Entry[ENTRIES];
    private final int[] sizes = new int[ENTRIES];
    private final Entry[] beats = new Entry[BEATS];
    // Open findings by target and key.
    private final Map<String, Map<String, Finding>> open = new HashMap<>();
    private final Set<EventSignal> signals = new CopyOnWriteArraySet<>();
    private long first = 1;
    private volatile long head;
    private long bytes;
    private long beatHead;

    /** Identifies this process. */
    public String epoch() {
        return epoch;
    }

    /** The sequence number of the latest event; 0: none yet. */
    public long head() {
        return head;
    }

    /** The position after everything published so far. */
    public Position end() {
        synchronized (lock) {
            return new Position(head, beatHead);
        }
    }

    /** Whether every event after that number is still kept, so that a reader can resume there. */
    public boolean reaches(long sequence) {
        synchronized (lock) {
            return sequence >= first - 1 && sequence <= head;
        }
    }

    /**
     * The open findings by target and the number of the event after which they are so: the events after it are all that changes them.
     */
    public OpenFindings open() {
        synchronized (lock) {
            Map<String, List<Finding>> findings = new HashMap<>();
            open.forEach((target, byKey) -> findings.put(target, List.copyOf(byKey.values())));
            return new OpenFindings(findings, head);
        }
    }

    /** The events after that number, without heartbeats; after a gap, the oldest kept events. */
    public Batch since(long sequence, int limit) {
        return read(new Position(sequence, 0), false, limit);
    }

    /** The events after a position, optionally with heartbeats; after a gap, the oldest kept events. */
    public Batch read(Position from, boolean withBeats, int limit) {
        synchronized (lock) {
            boolean gap = from.sequence < first - 1 || from.sequence > head;
            long next = gap ? first - 1 : from.sequence;
            long nextBeat = withBeats ? Math.max(from.beat, beatHead - BEATS) : beatHead;
            List<Entry> read = new ArrayList<>();
            while (read.size() < limit && (next < head || nextBeat < beatHead)) {
                if (nextBeat < beatHead && (next == head || beat(nextBeat).sequence <= next)) {
                    read.add(beat(nextBeat++));
                } else {
                    read.add(entries[slot(++next)]);
                }
            }
            return new Batch(read, new Position(next, nextBeat), gap, next < head || nextBeat < beatHead);
        }
    }

    /**
     * Delivers every event from now on, in order, on that executor, in bounded batches so that other work of the
     * executor can run.
     *
     * @param gap called if events were lost because the subscriber was too slow; delivery then continues with the
     *     oldest kept events
     */
    public Cancellable subscribe(Executor executor, boolean withBeats, Consumer<FleetEvent> each, Runnable gap) {
        EventSubscription subscription = new EventSubscription(this, executor, withBeats, each, gap);
        Cancellable signal = onPublish(withBeats, subscription::signal);
        return () -> {
            signal.cancel();
            subscription.cancel();
        };
    }

    /** Calls the signal after each publication on the publisher's thread. The signal must only schedule work. */
    public Cancellable onPublish(boolean withBeats, Runnable signal) {
        EventSignal added = new EventSignal(withBeats, signal);
        signals.add(added);
        return () -> signals.remove(added);
    }

    /** The number of registered signals. */
    int listeners() {
        return signals.size();
    }

    /** Appends events. The open findings of a removed target are closed first. */
    void publish(List<FleetEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        boolean logged = false;
        synchronized (lock) {
            for (FleetEvent event : events) {
                logged |= append(event);
            }
        }
        for (EventSignal signal : signals) {
            if (logged || signal.beats) {
                signal.call.run();
            }
        }
    }

    private boolean append(FleetEvent event) {
        switch (event) {
            case FleetEvent.Beat beat -> {
                beats[(int) (beatHead++ % BEATS)] = new Entry(head, beat);
                return false;
            }
            case FleetEvent.Opened opened -> open(opened.target(), opened.finding());
            case FleetEvent.Updated updated -> open(updated.target(), updated.finding());
            case FleetEvent.Closed closed ->
                open.computeIfPresent(closed.target(), (target, findings) -> {
                    findings.remove(closed.finding().key());
                    return findings.isEmpty() ? null : findings;
                });
            case FleetEvent.Removed removed -> {
                Map<String, Finding> left = open.remove(removed.target());
                if (left != null) {
                    left.values()
                            .forEach(finding -> log(new FleetEvent.Closed(removed.at(), removed.target(), finding)));
                }
            }
            case FleetEvent.Added added -> {}
            case FleetEvent.StatusChanged changed -> {}
            case FleetEvent.RoleChanged changed -> {}
            case FleetEvent.AlertChanged changed -> {}
        }
        log(event);
        return true;
    }

    private void open(String target, Finding finding) {
        open.computeIfAbsent(target, first -> new LinkedHashMap<>()).put(finding.key(), finding);
    }

    private void log(FleetEvent event) {
        long sequence = head + 1;
        if (sequence - first == ENTRIES) {
            forget();
        }
        int size = EventSize.of(event);
        entries[slot(sequence)] = new Entry(sequence, event);
        sizes[slot(sequence)] = size;
        bytes += size;
        head = sequence;
        while (bytes > BYTES && first < head) {
            forget();
        }
    }

    private void forget() {
        bytes -= sizes[slot(first)];
        entries[slot(first)] = FORGOTTEN;
        first++;
    }

    private Entry beat(long number) {
        return beats[(int) (number % BEATS)];
    }

    private static int slot(long sequence) {
        return (int) (sequence % ENTRIES);
    }

    /** Compared by identity: the same callback may be registered twice. */
    private static final class EventSignal {

        private final boolean beats;
        private final Runnable call;

        EventSignal(boolean beats, Runnable call) {
            this.beats = beats;
            this.call = call;
        }
    }
}
