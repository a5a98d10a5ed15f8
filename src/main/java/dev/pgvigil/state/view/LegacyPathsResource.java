package dev.pgvigil.state.view;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.Catalogue;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The older, shorter paths: they serve the only database, or the one named by {@code name}. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "short forms")
public final class LegacyPathsResource {

    private final Fleet fleet;
    private final Catalogue catalogue;
    private final CauseAnalysis causes;
    private final HealthCheck healthCheck;

    /** The level of detail of {@code /api/health/database}. */
    enum Detail {
        QUICK,
        FULL,
        METRICS
    }

    LegacyPathsResource(Fleet fleet, Catalogue catalogue, CauseAnalysis causes, HealthCheck healthCheck) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.causes = causes;
        this.healthCheck = healthCheck;
    }

    @GET
    @Path("/database/status")
    @Operation(operationId = "only_status", summary = "Short form of /api/v1/databases/{name}/status")
    public Uni<RestResponse<StatusView>> status(
            @RestQuery @Nullable String name, @RestQuery @Nullable String fresh, @RestQuery @Nullable String retries) {
        return healthCheck.of(only(view(), name).target().name(), fresh, retries);
    }

    @GET
    @Path("/database/connections")
    @Operation(operationId = "only_connections", summary = "Short form of /api/v1/databases/{name}/connections")
    public ObservationView connections(@RestQuery @Nullable String name) {
        PointInTimeView view = view();
        return ObservationView.of("connections", only(view, name), view);
    }

    @GET
    @Path("/health/database")
    @Operation(
            operationId = "only_health",
            summary = "Health of the database: its status (quick), all data (full) or its metrics (metrics)")
    @APIResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(oneOf = {StatusView.class, DatabaseView.class, MetricsView.class})))
    public Object health(@RestQuery @Nullable String name, @RestQuery @Nullable String type) {
        Detail detail = Query.choice("type", type, Detail.class, Detail.QUICK);
        PointInTimeView view = view();
        TargetState target = only(view, name);
        return switch (detail) {
            case QUICK -> StatusView.of(target, view);
            case FULL -> DatabaseView.of(target, view, catalogue.names(), causes);
            case METRICS -> MetricsView.of(target, view, catalogue.checks());
        };
    }

    @GET
    @Path("/health/metrics")
    @Operation(operationId = "only_metrics", summary = "Short form of /api/v1/databases/{name}/metrics")
    public MetricsView metrics(@RestQuery @Nullable String name) {
        PointInTimeView view = view();
        return MetricsView.of(only(view, name), view, catalogue.checks());
    }

    private static TargetState only(PointInTimeView view, @Nullable String name) {
        return DefaultDatabase.of(view, name);
    }

    private PointInTimeView view() {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now());
    }
}
