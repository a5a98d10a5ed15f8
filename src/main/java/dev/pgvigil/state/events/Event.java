package dev.pgvigil.state.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.state.FleetEvent;
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

    static Event of(FleetEvent change) {
        return new Event(name(change), change);
    }

    private static String name(FleetEvent change) {
        return switch (change) {
            case FleetEvent.Added added -> "added";
            case FleetEvent.Removed removed -> "removed";
            case FleetEvent.StatusChanged changed -> "status_changed";
            case FleetEvent.RoleChanged changed -> "role_changed";
            case FleetEvent.Opened opened -> "opened";
            case FleetEvent.Updated updated -> "updated";
            case FleetEvent.Closed closed -> "closed";
            case FleetEvent.Beat beat -> "beat";
        };
    }

    byte[] rendered(long id, ObjectMapper json) throws JsonProcessingException {
        return ("id: " + id + "\nevent: " + name + "\ndata: " + json.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
