package dev.pgvigil.watch.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.watch.Change;
import java.nio.charset.StandardCharsets;

/**
 * One event of the stream.
 *
 * @param name snake_case
 * @param data served as one line of JSON
 */
record Event(String name, Object data) {

    /** Tells a client to come back two seconds after it was cut off. */
    static final byte[] RETRY = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    /** Keeps proxies from taking a quiet stream for a dead one. */
    static final byte[] COMMENT = ": still here\n\n".getBytes(StandardCharsets.UTF_8);

    static Event of(Change change) {
        return new Event(name(change), change);
    }

    private static String name(Change change) {
        return switch (change) {
            case Change.Added added -> "added";
            case Change.Removed removed -> "removed";
            case Change.StatusChanged changed -> "status_changed";
            case Change.RoleChanged changed -> "role_changed";
            case Change.Opened opened -> "opened";
            case Change.Updated updated -> "updated";
            case Change.Closed closed -> "closed";
            case Change.Beat beat -> "beat";
        };
    }

    byte[] rendered(long id, ObjectMapper json) throws JsonProcessingException {
        return ("id: " + id + "\nevent: " + name + "\ndata: " + json.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
