package dev.pgvigil.state.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.state.FleetEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One event of the stream.
 *
 * @param id null: a transient event, which leaves the client's last id as it is
 * @param name snake_case
 * @param data served as one line of JSON
 */
record Event(@Nullable EventId id, String name, Object data) {

    /** Tells a client to reconnect two seconds after its connection was closed. */
    static final byte[] RETRY = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    static Event of(EventId id, FleetEvent change) {
        return new Event(change instanceof FleetEvent.Beat ? null : id, name(change), change);
    }

    /**
     * Keeps proxies from closing a quiet stream. It carries the reader's position, so that a reader of few events can
     * resume after many that were not for it.
     */
    static byte[] keepAlive(EventId position) {
        return (": still here\nid: " + position + "\n\n").getBytes(StandardCharsets.UTF_8);
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

    byte[] rendered(ObjectMapper json) throws JsonProcessingException {
        String head = id == null ? "" : "id: " + id + "\n";
        return (head + "event: " + name + "\ndata: " + json.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
