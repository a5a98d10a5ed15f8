package dev.pgvigil.state.view;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** The summary of the fleet, from memory. */
@Path("/api/v1/fleet")
@NonBlocking
@Tag(name = "fleet")
public final class FleetResource {

    private final Fleet fleet;
    private final JsonRenderer renderer;

    FleetResource(Fleet fleet, JsonRenderer renderer) {
        this.fleet = fleet;
        this.renderer = renderer;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "fleet", summary = "Summary of the fleet")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = FleetView.class)))
    public Uni<RestResponse<Buffer>> fleet() {
        return renderer.answer(
                FleetView.class,
                () -> RestResponse.ok(
                        FleetView.of(new PointInTimeView(fleet.snapshot(), SteadyClock.now()), fleet.alerts())));
    }
}
