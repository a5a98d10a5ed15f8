package dev.pgvigil.state.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.state.FleetEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One event of the stream.
 *
 * @param id null for a transient event, which does not change the client's last event id
 * @param name snake_case
 * @param data served as one line of JSON
 */
record Event(@Nullable EventId id, String name, Object data) {

    /** Makes a client reconnect two seconds after a disconnect. */
    static final byte[] RETRY = "retry: 2000\n\n".getBytes(StandardCharsets.UTF_8);

    static Event of(EventId id, FleetEvent event) {
        return new Event(event instanceof FleetEvent.Beat ? null : id, name(event), event);
    }

    /**
     * Keeps proxies from closing an idle stream. It carries the reader's position, so that a filtered reader can resume
     * after many events of other targets.
     */
    static byte[] keepAlive(EventId position) {
        return (": still here\nid: " + position + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String name(FleetEvent event) {
        return switch (event) {
            case FleetEvent.Added added -> "added";
            case FleetEvent.Removed removed -> "removed";
            case FleetEvent.StatusChanged changed -> "status_changed";
            case FleetEvent.RoleChanged changed -> "role_changed";
            case FleetEvent.Opened opened -> "opened";
            case FleetEvent.Updated updated -> "updated";
            case FleetEvent.Closed closed -> "closed";
            case FleetEvent.AlertChanged changed -> "alert_changed";
            case FleetEvent.Beat beat -> "beat";
        };
    }

    byte[] rendered(ObjectMapper json) throws JsonProcessingException {
        String head = id == null ? "" : "id: " + id + "\n";
        return (head + "event: " + name + "\ndata: " + json.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
