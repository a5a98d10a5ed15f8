package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Notification;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notifications on their way. Each is delivered at least once or becomes a dead letter; those of a group keep their order. Bounded for
 * each receiver.
 */
interface Outbox {

    /**
     * A notification that waits.
     *
     * @param scope of its alerts
     * @param attempts that failed
     * @param nextAt not before
     * @param error of the latest attempt; null: none yet
     */
    record Entry(
            Notification notification,
            String scope,
            int attempts,
            Instant nextAt,
            @Nullable String error) {}

    /** A notification that was given up. */
    record DeadLetter(Notification notification, int attempts, Instant at, String error) {}

    /**
     * How a receiver does.
     *
     * @param failingSince null: its latest attempt was successful, or there was none
     * @param error of the latest attempt that failed; null: the latest was successful
     * @param deadSinceDelivery dead letters since the latest delivery
     */
    record Receiver(
            String name,
            int queued,
            @Nullable Instant oldest,
            long delivered,
            long failed,
            long dead,
            int deadSinceDelivery,
            @Nullable Instant failingSince,
            @Nullable String error,
            @Nullable Instant deliveredAt) {

        static Receiver of(String name) {
            return new Receiver(name, 0, null, 0, 0, 0, 0, null, null, null);
        }

        Receiver queued(int count, @Nullable Instant first) {
            return new Receiver(
                    name, count, first, delivered, failed, dead, deadSinceDelivery, failingSince, error, deliveredAt);
        }

        Receiver deliveredAt(Instant now) {
            return new Receiver(name, queued, oldest, delivered + 1, failed, dead, 0, null, null, now);
        }

        Receiver failedAt(Instant now, String reason) {
            return new Receiver(
                    name,
                    queued,
                    oldest,
                    delivered,
                    failed + 1,
                    dead,
                    deadSinceDelivery,
                    failingSince == null ? now : failingSince,
                    reason,
                    deliveredAt);
        }

        Receiver buried() {
            return new Receiver(
                    name,
                    queued,
                    oldest,
                    delivered,
                    failed,
                    dead + 1,
                    deadSinceDelivery + 1,
                    failingSince,
                    error,
                    deliveredAt);
        }
    }

    /** Takes a notification of a scope; false: there is no place for it now. */
    boolean offer(Notification notification, String scope);

    /** The notifications that are due; each must be given back by one of the three methods below. */
    List<Entry> claim(Instant now);

    void delivered(Entry entry, Instant now);

    void retry(Entry entry, Instant next, String error, Instant now);

    void bury(Entry entry, String error, Instant now);

    /** Continues what an earlier process kept; what it was sending is sent again. */
    void restore(List<Entry> entries, List<DeadLetter> letters);

    /** Those of this configuration. */
    void receivers(Collection<String> names);

    List<Receiver> receivers();

    /** The latest dead letters, the latest first. */
    List<DeadLetter> deadLetters();

    /** Everything that waits, in order. */
    List<Entry> entries();
}
