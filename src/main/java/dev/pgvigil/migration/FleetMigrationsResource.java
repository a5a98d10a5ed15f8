package dev.pgvigil.migration;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Compares the versions of the schemas of all databases, from memory. */
@Path("/api/v1/migrations")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "fleet")
public final class FleetMigrationsResource {

    private final Fleet fleet;

    FleetMigrationsResource(Fleet fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(
            operationId = "migrations",
            summary = "The databases by the version of their schema",
            description = "One entry for each tool and history table; `uniform` is false if versions differ.")
    public FleetMigrations migrations() {
        return FleetMigrations.of(new PointInTimeView(fleet.snapshot(), SteadyClock.now()));
    }
}
