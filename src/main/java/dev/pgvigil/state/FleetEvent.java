package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Role;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A change of the fleet's state. All but heartbeats are kept in the {@link EventLog}. */
public sealed interface FleetEvent {

    /** When pgvigil knew of it. */
    Instant at();

    /** The target that it is about. */
    String target();

    record Added(Instant at, String target) implements FleetEvent {}

    /** The target is watched no more; each of its open findings was closed before. */
    record Removed(Instant at, String target) implements FleetEvent {}

    record StatusChanged(Instant at, String target, Status from, Status to) implements FleetEvent {}

    record RoleChanged(Instant at, String target, Role from, Role to) implements FleetEvent {}

    record Opened(Instant at, String target, Finding finding) implements FleetEvent {}

    /** The finding's figures or severity are different; it is open still. */
    record Updated(Instant at, String target, Finding finding) implements FleetEvent {}

    record Closed(Instant at, String target, Finding finding) implements FleetEvent {}

    /**
     * The result of a heartbeat, several a second for each target: transient, and only for those who ask for it.
     *
     * @param responseTimeMs how long it took; null: it was not answered
     */
    record Beat(
            Instant at,
            String target,
            boolean answered,
            @Nullable Double responseTimeMs) implements FleetEvent {}
}
