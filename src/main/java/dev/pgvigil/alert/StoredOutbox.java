package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Notification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An outbox in memory that the store has too: before a notification is sent it is claimed there, so that one process at a time sends it, and none
 * after another has. While the store is away it works as the one in memory. Not thread-safe.
 */
final class StoredOutbox implements Outbox {

    private final MemoryOutbox memory = new MemoryOutbox();
    private final AlertStore store;
    private final OwnedScopes scopes;
    /** Notifications that the store has. */
    private final Set<String> stored = new HashSet<>();
    /** What the store does not know yet, the latest of each notification. */
    private final Map<String, AlertStore.Settled> settled = new LinkedHashMap<>();

    StoredOutbox(AlertStore store, OwnedScopes scopes) {
        this.store = store;
        this.scopes = scopes;
    }

    /** Those that the store does not have yet, in order. */
    List<Entry> offered() {
        return memory.entries().stream()
                .filter(entry -> !stored.contains(entry.notification().id()))
                .filter(entry -> !entry.scope().equals(AlertEngine.SELF) || scopes.alone())
                .toList();
    }

    /** The store has these. */
    void kept(List<Entry> entries) {
        entries.forEach(entry -> stored.add(entry.notification().id()));
    }

    /** Continues what waits in the store for a scope that this process has taken. */
    void taken(String scope, List<Entry> waiting) {
        Set<String> known = new HashSet<>();
        waiting.forEach(entry -> known.add(entry.notification().id()));
        memory.entries().stream()
                .filter(entry -> entry.scope().equals(scope))
                .filter(entry -> stored.contains(entry.notification().id()))
                .filter(entry -> !known.contains(entry.notification().id()))
                .forEach(memory::forget);
        memory.restore(
                waiting.stream()
                        .filter(entry ->
                                !settled.containsKey(entry.notification().id())
                                        || settled.get(entry.notification().id()) instanceof AlertStore.Settled.Again)
                        .toList(),
                List.of());
        stored.addAll(known);
        Set<String> receivers = new HashSet<>();
        memory.receivers().forEach(receiver -> receivers.add(receiver.name()));
        waiting.stream()
                .filter(entry -> !receivers.contains(entry.notification().receiver()))
                .forEach(entry -> settle(entry, new AlertStore.Settled.Done(entry)));
    }

    /** Forgets what another process sends now. */
    void lost(String scope) {
        memory.entries().stream().filter(entry -> entry.scope().equals(scope)).forEach(entry -> {
            memory.forget(entry);
            stored.remove(entry.notification().id());
        });
    }

    /** Tells the store how attempts ended; what it does not take is told again. */
    void flush(Instant now) throws AlertStore.Away {
        List<AlertStore.Settled> all = List.copyOf(settled.values());
        if (!all.isEmpty()) {
            store.settle(all, now);
            settled.clear();
            Set<String> waiting = new HashSet<>();
            memory.entries().forEach(entry -> waiting.add(entry.notification().id()));
            stored.retainAll(waiting);
        }
    }

    @Override
    public boolean offer(Notification notification, String scope) {
        return memory.offer(notification, scope);
    }

    @Override
    public List<Entry> claim(Instant now) {
        List<Entry> due = new ArrayList<>();
        for (Entry entry : memory.claim(now)) {
            if (scopes.mine(entry.scope())) {
                due.add(entry);
            } else {
                memory.release(entry);
            }
        }
        List<Entry> known = due.stream()
                .filter(entry -> stored.contains(entry.notification().id()))
                .toList();
        if (due.isEmpty() || !store.usable(now)) {
            return due;
        }
        try {
            if (known.isEmpty()) {
                return unkept(due);
            }
            AlertStore.Claims claims = store.claim(known, scopes.tokens(), now);
            Map<String, Entry> allowed = new HashMap<>();
            due.forEach(entry -> allowed.put(entry.notification().id(), entry));
            for (Entry entry : known) {
                String id = entry.notification().id();
                if (claims.gone().contains(id)) {
                    memory.forget(entry);
                    stored.remove(id);
                } else if (!claims.mine().contains(id)) {
                    memory.release(entry);
                }
                if (!claims.mine().contains(id)) {
                    allowed.remove(id);
                }
            }
            return unkept(due.stream()
                    .filter(entry -> allowed.containsKey(entry.notification().id()))
                    .toList());
        } catch (AlertStore.Away e) {
            return due; // rather twice than never
        }
    }

    /** What the store could have and does not have was refused: it waits. Nobody else keeps what belongs to no server. */
    private List<Entry> unkept(List<Entry> due) {
        List<Entry> rest = new ArrayList<>();
        for (Entry entry : due) {
            if (stored.contains(entry.notification().id())
                    || (entry.scope().equals(AlertEngine.SELF) && !scopes.alone())) {
                rest.add(entry);
            } else {
                memory.release(entry);
            }
        }
        return rest;
    }

    @Override
    public void delivered(Entry entry, Instant now) {
        memory.delivered(entry, now);
        settle(entry, new AlertStore.Settled.Done(entry));
    }

    @Override
    public void retry(Entry entry, Instant next, String error, Instant now) {
        memory.retry(entry, next, error, now);
        settle(
                entry,
                new AlertStore.Settled.Again(
                        new Entry(entry.notification(), entry.scope(), entry.attempts() + 1, next, error)));
    }

    @Override
    public void bury(Entry entry, String error, Instant now) {
        memory.bury(entry, error, now);
        settle(
                entry,
                new AlertStore.Settled.Dead(new DeadLetter(entry.notification(), entry.attempts() + 1, now, error)));
    }

    private void settle(Entry entry, AlertStore.Settled how) {
        if (stored.contains(entry.notification().id())) {
            settled.put(entry.notification().id(), how);
        }
    }

    @Override
    public void restore(List<Entry> entries, List<DeadLetter> letters) {
        memory.restore(entries, letters);
    }

    @Override
    public void receivers(Collection<String> names) {
        memory.entries().stream()
                .filter(entry -> !names.contains(entry.notification().receiver()))
                .forEach(entry -> settle(entry, new AlertStore.Settled.Done(entry)));
        memory.receivers(names);
    }

    @Override
    public List<Receiver> receivers() {
        return memory.receivers();
    }

    @Override
    public List<DeadLetter> deadLetters() {
        return memory.deadLetters();
    }

    @Override
    public List<Entry> entries() {
        return memory.entries();
    }
}
