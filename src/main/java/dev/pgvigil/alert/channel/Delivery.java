package dev.pgvigil.alert.channel;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an attempt to deliver a notification came to. */
public sealed interface Delivery {

    /**
     * The receiver has it.
     *
     * @param receipt what the receiver calls it; null: it does not say
     */
    record Delivered(@Nullable String receipt) implements Delivery {}

    /**
     * Another attempt may succeed.
     *
     * @param after the time that the receiver asked for; null: it did not
     */
    record Failed(String reason, @Nullable Duration after) implements Delivery {}

    /** Another attempt would be refused too. */
    record Refused(String reason) implements Delivery {}
}
