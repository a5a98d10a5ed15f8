package dev.pgvigil.alert.channel;

import dev.pgvigil.check.Severity;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A notification that says it is a test. */
public final class Sample {

    private Sample() {}

    /** A test for this receiver; each moment has its own. */
    public static Notification notification(String receiver, Instant now) {
        String id = "test-" + Long.toString(now.toEpochMilli(), Character.MAX_RADIX);
        Notification.Item item = new Notification.Item(
                id,
                id,
                "test",
                "test",
                "test/notification",
                Severity.LOW,
                "Test of the receiver " + receiver,
                "Someone ran pgvigil test-alert " + receiver + ". Nothing is wrong.",
                Map.of("answer", 42),
                Map.of("target", "test"),
                now,
                null,
                "A person asked for it.",
                "Nothing needs to be done.",
                null);
        return new Notification(
                id, receiver, "test", id, Notification.Reason.TEST, now, List.of(item), List.of(), 0, null);
    }
}
