package dev.pgvigil.alert.channel;

import dev.pgvigil.check.Severity;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver is told at once: the alerts of a group that fire, and those that are over since it was told of them.
 *
 * @param id the same at each attempt to deliver it
 * @param group what the alerts have in common, such as {@code server=db1:5432}
 * @param key the same for each notification of that group, on each receiver and in each process; a hash
 * @param reason why it is sent now
 * @param omitted alerts of the group that follow in the next notification
 * @param page address of the alerts' page; null: not configured
 */
public record Notification(
        String id,
        String receiver,
        String group,
        String key,
        Reason reason,
        Instant at,
        List<Item> firing,
        List<Item> resolved,
        int omitted,
        @Nullable String page) {

    /** Why a notification is sent. */
    public enum Reason {
        FIRED,
        REMINDER,
        ESCALATED,
        RESOLVED,
        TEST
    }

    /**
     * An alert.
     *
     * @param labels what it is about, as short texts: target, server, region and tags
     * @param until null: it fires
     * @param acknowledge a signed address that acknowledges it; null: not configured
     */
    public record Item(
            String id,
            String fingerprint,
            String target,
            String type,
            String finding,
            Severity severity,
            String title,
            String message,
            Map<String, Number> metrics,
            Map<String, String> labels,
            Instant since,
            @Nullable Instant until,
            @Nullable String cause,
            @Nullable String action,
            @Nullable String acknowledge) {

        public Item {
            metrics = Map.copyOf(metrics);
            labels = Map.copyOf(labels);
        }

        /** This alert when it is over. */
        public Item resolved(Instant at) {
            return new Item(
                    id,
                    fingerprint,
                    target,
                    type,
                    finding,
                    severity,
                    title,
                    message,
                    metrics,
                    labels,
                    since,
                    at,
                    cause,
                    action,
                    null);
        }
    }

    public Notification {
        firing = List.copyOf(firing);
        resolved = List.copyOf(resolved);
    }

    /** Whether every alert of the group is over. */
    public boolean over() {
        return firing.isEmpty();
    }

    /** The worst severity of what fires, or else of what is over. */
    public Severity severity() {
        return (over() ? resolved : firing)
                .stream().map(Item::severity).max(Comparator.naturalOrder()).orElse(Severity.LOW);
    }

    /** All alerts, those that fire first. */
    public List<Item> items() {
        return Stream.concat(firing.stream(), resolved.stream()).toList();
    }

    /** One line: {@code CRITICAL shop: the server is unreachable (and 3 more)}. */
    public String summary() {
        List<Item> items = items();
        if (items.isEmpty()) {
            return group;
        }
        Item first = (over() ? resolved : firing)
                .stream().max(Comparator.comparing(Item::severity)).orElse(items.getFirst());
        String what = reason == Reason.TEST
                ? "TEST"
                : over() ? "RESOLVED" : first.severity().name();
        String more = items.size() + omitted > 1 ? " (and " + (items.size() + omitted - 1) + " more)" : "";
        return what + " " + first.target() + ": " + first.title() + more;
    }
}
