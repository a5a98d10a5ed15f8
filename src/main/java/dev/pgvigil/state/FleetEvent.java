package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A change of the fleet's state. All events except heartbeats are kept in the {@link EventLog}. */
public sealed interface FleetEvent {

    /** When pgvigil detected it. */
    Instant at();

    /** The target of the event. */
    String target();

    record Added(Instant at, String target) implements FleetEvent {}

    /** The target is no longer monitored; its open findings were closed before. */
    record Removed(Instant at, String target) implements FleetEvent {}

    record StatusChanged(Instant at, String target, Status from, Status to) implements FleetEvent {}

    record RoleChanged(Instant at, String target, Role from, Role to) implements FleetEvent {}

    record Opened(Instant at, String target, Finding finding) implements FleetEvent {}

    /** The figures or severity of an open finding have changed. */
    record Updated(Instant at, String target, Finding finding) implements FleetEvent {}

    record Closed(Instant at, String target, Finding finding) implements FleetEvent {}

    /** An alert began to fire, is over, or something was done about it. */
    record AlertChanged(Instant at, String target, ActiveAlert alert) implements FleetEvent {}

    /**
     * The result of a heartbeat, several per second for each target: transient, and sent only on request.
     *
     * @param responseTimeMs response time; null: not answered
     */
    record Beat(
            Instant at,
            String target,
            boolean answered,
            @Nullable Double responseTimeMs) implements FleetEvent {}
}
