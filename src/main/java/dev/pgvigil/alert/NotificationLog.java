package dev.pgvigil.alert;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.pgvigil.alert.channel.Notification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What each receiver was told of each group, so that it is told of every change once, and of every end. Not thread-safe. */
final class NotificationLog {

    private final Map<Key, Entry> entries = new LinkedHashMap<>();

    /**
     * A receiver and a group.
     *
     * @param scope of all alerts of the group
     */
    record Key(String receiver, String group, String scope) {}

    /**
     * An alert that the receiver knows as firing.
     *
     * @param muted whether it was suppressed since, so that its receiver is told again when that ends
     */
    record Told(Notification.Item item, boolean muted) {}

    /**
     * @param pendingSince since when there is something to tell; null: there is nothing
     * @param at of the latest notification; null: none yet
     * @param told alerts that the receiver knows as firing, by id
     */
    record Entry(
            Key key,
            @Nullable Instant pendingSince,
            @Nullable Instant at,
            Map<String, Told> told) {

        static Entry empty(Key key) {
            return new Entry(key, null, null, Map.of());
        }

        Entry pending(@Nullable Instant since) {
            return new Entry(key, since, at, told);
        }

        Entry muting(Set<String> ids) {
            if (told.entrySet().stream()
                    .noneMatch(
                            one -> ids.contains(one.getKey()) && !one.getValue().muted())) {
                return this;
            }
            Map<String, Told> next = new HashMap<>();
            told.forEach((id, one) -> next.put(id, new Told(one.item(), one.muted() || ids.contains(id))));
            return new Entry(key, pendingSince, at, next);
        }

        @JsonIgnore
        boolean isEmpty() {
            return told.isEmpty() && pendingSince == null;
        }
    }

    Entry of(Key key) {
        return entries.getOrDefault(key, Entry.empty(key));
    }

    void put(Entry entry) {
        if (entry.isEmpty()) {
            entries.remove(entry.key());
        } else {
            entries.put(entry.key(), entry);
        }
    }

    Set<Key> keys() {
        return Set.copyOf(entries.keySet());
    }

    List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }

    /** Who knows an alert as firing, by its id. */
    Map<String, List<String>> receiversById() {
        Map<String, List<String>> receivers = new HashMap<>();
        entries.values()
                .forEach(entry -> entry.told()
                        .keySet()
                        .forEach(id -> receivers
                                .computeIfAbsent(id, _ -> new ArrayList<>())
                                .add(entry.key().receiver())));
        return receivers;
    }

    void restore(Collection<Entry> saved) {
        saved.forEach(this::put);
    }

    /** Adds what others were told, where nothing is known of an alert. */
    void merge(Collection<Entry> others) {
        for (Entry other : others) {
            Entry known = entries.get(other.key());
            if (known == null) {
                put(other);
            } else {
                Map<String, Told> told = new LinkedHashMap<>(other.told());
                told.putAll(known.told());
                put(new Entry(known.key(), known.pendingSince(), known.at(), told));
            }
        }
    }

    /** Forgets what was told of a scope, and returns it. */
    List<Entry> forget(String scope) {
        List<Entry> forgotten = entries.values().stream()
                .filter(entry -> entry.key().scope().equals(scope))
                .toList();
        forgotten.forEach(entry -> entries.remove(entry.key()));
        return forgotten;
    }

    /** Forgets receivers that the configuration has no more. */
    void retain(Set<String> receivers) {
        entries.keySet().removeIf(key -> !receivers.contains(key.receiver()));
    }
}
