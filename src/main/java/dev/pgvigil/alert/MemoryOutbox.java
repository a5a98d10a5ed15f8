package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Notification;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The outbox of one process; the state file keeps its entries. Not thread-safe. */
final class MemoryOutbox implements Outbox {

    /** Waiting notifications of a receiver. */
    static final int QUEUE = 1000;

    static final int DEAD = 1000;

    /** Attempts at a receiver at the same time. */
    private static final int AT_ONCE = 4;

    private final Map<String, Map<String, Entry>> queues = new LinkedHashMap<>();
    private final Map<String, Receiver> receivers = new LinkedHashMap<>();
    private final Set<String> claimed = new HashSet<>();
    private final Deque<DeadLetter> dead = new ArrayDeque<>();

    @Override
    public boolean offer(Notification notification, String scope) {
        Map<String, Entry> queue = queues.get(notification.receiver());
        if (queue == null || queue.size() >= QUEUE) {
            return false;
        }
        queue.put(notification.id(), new Entry(notification, scope, 0, notification.at(), null));
        return true;
    }

    @Override
    public List<Entry> claim(Instant now) {
        List<Entry> due = new ArrayList<>();
        for (Map<String, Entry> queue : queues.values()) {
            Set<String> groups = new HashSet<>();
            int busy = (int) queue.keySet().stream().filter(claimed::contains).count();
            for (Entry entry : queue.values()) {
                // A later one of the group waits, so that a resolve never arrives before its fire.
                boolean first = groups.add(entry.notification().group());
                if (first
                        && busy < AT_ONCE
                        && !entry.nextAt().isAfter(now)
                        && claimed.add(entry.notification().id())) {
                    due.add(entry);
                    busy++;
                }
            }
        }
        return due;
    }

    @Override
    public void delivered(Entry entry, Instant now) {
        remove(entry);
        receivers.computeIfPresent(entry.notification().receiver(), (_, receiver) -> receiver.deliveredAt(now));
    }

    @Override
    public void retry(Entry entry, Instant next, String error, Instant now) {
        Notification notification = entry.notification();
        claimed.remove(notification.id());
        Map<String, Entry> queue = queues.get(notification.receiver());
        if (queue != null) {
            queue.computeIfPresent(
                    notification.id(),
                    (_, _) -> new Entry(notification, entry.scope(), entry.attempts() + 1, next, error));
        }
        receivers.computeIfPresent(notification.receiver(), (_, receiver) -> receiver.failedAt(now, error));
    }

    @Override
    public void bury(Entry entry, String error, Instant now) {
        remove(entry);
        if (dead.size() == DEAD) {
            dead.removeLast();
        }
        dead.addFirst(new DeadLetter(entry.notification(), entry.attempts() + 1, now, error));
        receivers.computeIfPresent(
                entry.notification().receiver(),
                (_, receiver) -> receiver.failedAt(now, error).buried());
    }

    /** Gives a claim back, as if there had been no attempt. */
    void release(Entry entry) {
        claimed.remove(entry.notification().id());
    }

    /** Forgets a notification that another process has dealt with. */
    void forget(Entry entry) {
        remove(entry);
    }

    private void remove(Entry entry) {
        String id = entry.notification().id();
        claimed.remove(id);
        Map<String, Entry> queue = queues.get(entry.notification().receiver());
        if (queue != null) {
            queue.remove(id);
        }
    }

    @Override
    public void receivers(Collection<String> names) {
        queues.keySet().retainAll(names);
        receivers.keySet().retainAll(names);
        for (String name : names) {
            queues.computeIfAbsent(name, _ -> new LinkedHashMap<>());
            receivers.computeIfAbsent(name, Receiver::of);
        }
    }

    @Override
    public List<Receiver> receivers() {
        return receivers.values().stream()
                .map(receiver -> {
                    Map<String, Entry> queue = queues.getOrDefault(receiver.name(), Map.of());
                    Iterator<Entry> entries = queue.values().iterator();
                    return receiver.queued(
                            queue.size(),
                            entries.hasNext() ? entries.next().notification().at() : null);
                })
                .toList();
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return List.copyOf(dead);
    }

    @Override
    public List<Entry> entries() {
        return queues.values().stream()
                .flatMap(queue -> queue.values().stream())
                .toList();
    }

    @Override
    public void restore(List<Entry> entries, List<DeadLetter> letters) {
        for (Entry entry : entries) {
            Map<String, Entry> queue = queues.get(entry.notification().receiver());
            if (queue != null) {
                queue.putIfAbsent(entry.notification().id(), entry);
            }
        }
        dead.addAll(letters);
    }
}
