package dev.pgvigil.state.view;

import dev.pgvigil.http.Query;
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
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** What to do in the fleet, from memory. */
@Path("/api/v1/recommendations")
@NonBlocking
@Tag(name = "fleet")
public final class RecommendationsResource {

    private static final int STANDARD = 100;
    private static final int LARGEST = 1000;

    private final Fleet fleet;
    private final JsonRenderer renderer;

    private record Part(int limit) {}

    RecommendationsResource(Fleet fleet, JsonRenderer renderer) {
        this.fleet = fleet;
        this.renderer = renderer;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "recommendations", summary = "What to do in the fleet, and what is ignored")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = FleetRecommendations.class)))
    public Uni<RestResponse<Buffer>> recommendations(
            @RestQuery
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "1000",
                                            defaultValue = "100"))
                    @Nullable
                    String limit) {
        Part part = new Part(Query.integer("limit", limit, STANDARD, 1, LARGEST));
        return renderer.answer(
                part,
                () -> RestResponse.ok(
                        FleetRecommendations.of(new PointInTimeView(fleet.snapshot(), SteadyClock.now()), part.limit)));
    }
}
