package dev.pgvigil.state.view;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.http.Query;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The monitored databases, from memory except for a fresh status. */
@Path("/api/v1/databases")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "databases")
public final class DatabasesResource {

    private final Fleet fleet;
    private final Catalogue catalogue;
    private final CauseAnalysis causes;
    private final HealthCheck healthCheck;
    private final JsonRenderer renderer;

    /** The requested page of the list. */
    private record Part(Filter filter, int size, @Nullable String after) {}

    DatabasesResource(
            Fleet fleet, Catalogue catalogue, CauseAnalysis causes, HealthCheck healthCheck, JsonRenderer renderer) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.causes = causes;
        this.healthCheck = healthCheck;
        this.renderer = renderer;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "databases", summary = "The monitored databases by name")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DatabasesPage.class)))
    public Uni<RestResponse<Buffer>> databases(
            @RestQuery
                    @Parameter(
                            description = "matches any of the values",
                            schema = @Schema(enumeration = {"healthy", "unknown", "degraded", "unhealthy"}))
                    List<String> status,
            @RestQuery @Parameter(description = "matches any of the values") List<String> region,
            @RestQuery
                    @Parameter(
                            description = "matches all of the values: key:value, or key for any value",
                            example = "team:payments")
                    List<String> tag,
            @RestQuery
                    @Parameter(
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "1000",
                                            defaultValue = "100"))
                    @Nullable
                    String limit,
            @RestQuery @Parameter(description = "value of next from the previous page") @Nullable String after) {
        Part part = new Part(
                Filter.of(status, region, tag),
                Query.integer("limit", limit, DatabasesPage.STANDARD, 1, DatabasesPage.LARGEST),
                after);
        return renderer.answer(
                part, () -> RestResponse.ok(DatabasesPage.of(view(), part.filter, part.size, part.after)));
    }

    @GET
    @Path("/{name}")
    @Operation(operationId = "database", summary = "All data of a database")
    public DatabaseView database(@RestPath String name) {
        PointInTimeView view = view();
        return DatabaseView.of(view.target(name), view, catalogue.names(), causes);
    }

    @GET
    @Path("/{name}/status")
    @Operation(
            operationId = "database_status",
            summary = "Health check of a database: the latest heartbeat, or a new one")
    public Uni<RestResponse<StatusView>> status(
            @RestPath String name,
            @RestQuery
                    @Parameter(
                            description = "run a new heartbeat now",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @Nullable
                    String fresh,
            @RestQuery
                    @Parameter(
                            description = "with fresh: number of retries after a failed heartbeat",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "0",
                                            maximum = "5",
                                            defaultValue = "0"))
                    @Nullable
                    String retries) {
        return healthCheck.of(name, fresh, retries);
    }

    @GET
    @Path("/{name}/checks")
    @Operation(operationId = "database_checks", summary = "The latest result of each check")
    public ChecksView checks(@RestPath String name) {
        PointInTimeView view = view();
        return ChecksView.of(view.target(name), view, catalogue.names());
    }

    @GET
    @Path("/{name}/checks/{check}")
    @Operation(
            operationId = "database_check",
            summary = "The observation of one check",
            description =
                    "Without an observation, `check` contains the reason: the check failed, was skipped, has not run"
                            + " yet, or is disabled.")
    public ObservationView check(@RestPath String name, @RestPath String check) {
        return observation(name, check);
    }

    @GET
    @Path("/{name}/connections")
    @Operation(
            operationId = "database_connections",
            summary = "Short form of /api/v1/databases/{name}/checks/connections")
    public ObservationView connections(@RestPath String name) {
        return observation(name, "connections");
    }

    @GET
    @Path("/{name}/locks")
    @Operation(
            operationId = "database_locks",
            summary = "Short form of /api/v1/databases/{name}/checks/blocking: the lock wait trees")
    public ObservationView locks(@RestPath String name) {
        return observation(name, "blocking");
    }

    @GET
    @Path("/{name}/queries")
    @Operation(
            operationId = "database_queries",
            summary = "Short form of /api/v1/databases/{name}/checks/statements: what takes the server's time")
    public ObservationView queries(@RestPath String name) {
        return observation(name, "statements");
    }

    @GET
    @Path("/{name}/plans")
    @Operation(
            operationId = "database_plans",
            summary = "Short form of /api/v1/databases/{name}/checks/plans: the plans of statements, and what changed")
    public ObservationView plans(@RestPath String name) {
        return observation(name, "plans");
    }

    @GET
    @Path("/{name}/migrations")
    @Operation(
            operationId = "database_migrations",
            summary = "Short form of /api/v1/databases/{name}/checks/migrations")
    public ObservationView migrations(@RestPath String name) {
        return observation(name, MigrationProgress.CHECK);
    }

    @GET
    @Path("/{name}/recommendations")
    @Operation(operationId = "database_recommendations", summary = "What to do in a database, and what is ignored")
    public DatabaseRecommendations recommendations(@RestPath String name) {
        PointInTimeView view = view();
        return DatabaseRecommendations.of(view.target(name), view);
    }

    private ObservationView observation(String name, String check) {
        PointInTimeView view = view();
        TargetState target = view.target(name);
        if (!catalogue.names().contains(check)) {
            throw ProblemException.notFound("no check is named \"" + Query.shown(check) + "\"; the checks are "
                    + String.join(", ", new TreeSet<>(catalogue.names())));
        }
        return ObservationView.of(check, target, view);
    }

    @GET
    @Path("/{name}/metrics")
    @Operation(operationId = "database_metrics", summary = "Metrics of a database, as exported to Prometheus")
    public MetricsView metrics(@RestPath String name) {
        PointInTimeView view = view();
        return MetricsView.of(view.target(name), view, catalogue.checks());
    }

    private PointInTimeView view() {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now());
    }
}
