package dev.pgvigil.watch.view;

import dev.pgvigil.watch.Fleet;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The summary of the fleet, from memory. */
@Path("/api/v1/fleet")
@NonBlocking
@Tag(name = "fleet")
public final class FleetResource {

    private final Fleet fleet;

    FleetResource(Fleet fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(operationId = "fleet", summary = "The whole fleet at a glance")
    public FleetView fleet() {
        return FleetView.of(new Look(fleet.snapshot(), Instant.now()));
    }
}
