package dev.pgvigil.state.events;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The id of an event on the stream, {@code epoch-sequence}. Clients send it back as {@code Last-Event-ID}.
 *
 * @param epoch epoch of the process that numbered the event
 */
record EventId(String epoch, long sequence) {

    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{8})-([0-9]{1,18})");

    /** Parses the id sent by a client; null: not a valid id. */
    static @Nullable EventId parse(String text) {
        Matcher id = TEXT.matcher(text);
        return id.matches() ? new EventId(id.group(1), Long.parseLong(id.group(2))) : null;
    }

    @Override
    public String toString() {
        return epoch + "-" + sequence;
    }
}
