package dev.pgvigil.state.view;

import dev.pgvigil.check.Catalogue;
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
    private final HealthCheck healthCheck;
    private final JsonRenderer renderer;

    /** The requested page of the list. */
    private record Part(Filter filter, int size, @Nullable String after) {}

    DatabasesResource(Fleet fleet, Catalogue catalogue, HealthCheck healthCheck, JsonRenderer renderer) {
        this.fleet = fleet;
        this.catalogue = catalogue;
        this.healthCheck = healthCheck;
        this.renderer = renderer;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "databases", summary = "The watched databases by name")
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
                            description = "any of these",
                            schema = @Schema(enumeration = {"healthy", "unknown", "degraded", "unhealthy"}))
                    List<String> status,
            @RestQuery @Parameter(description = "any of these") List<String> region,
            @RestQuery
                    @Parameter(description = "all of these: key:value, or key for any value", example = "team:payments")
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
            @RestQuery @Parameter(description = "the field next of the page before") @Nullable String after) {
        Part part = new Part(
                Filter.of(status, region, tag),
                Query.integer("limit", limit, DatabasesPage.STANDARD, 1, DatabasesPage.LARGEST),
                after);
        return renderer.answer(
                part, () -> RestResponse.ok(DatabasesPage.of(view(), part.filter, part.size, part.after)));
    }

    @GET
    @Path("/{name}")
    @Operation(operationId = "database", summary = "Everything that is known of one database")
    public DatabaseView database(@RestPath String name) {
        PointInTimeView view = view();
        return DatabaseView.of(view.target(name), view, catalogue.names());
    }

    @GET
    @Path("/{name}/status")
    @Operation(operationId = "database_status", summary = "Its health check: the latest heartbeat, or a fresh one")
    public Uni<RestResponse<StatusView>> status(
            @RestPath String name,
            @RestQuery
                    @Parameter(
                            description = "ask the database now",
                            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
                    @Nullable
                    String fresh,
            @RestQuery
                    @Parameter(
                            description = "with fresh: how often to ask again while it does not answer",
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
    @Operation(operationId = "database_checks", summary = "The latest pass of each check")
    public ChecksView checks(@RestPath String name) {
        PointInTimeView view = view();
        return ChecksView.of(view.target(name), view, catalogue.names());
    }

    @GET
    @Path("/{name}/checks/{check}")
    @Operation(
            operationId = "database_check",
            summary = "What one check observed",
            description =
                    "Where nothing is observed, `check` says why: the latest pass failed, was skipped, has not been"
                            + " made yet, or the check is switched off.")
    public ObservationView check(@RestPath String name, @RestPath String check) {
        return observation(name, check);
    }

    @GET
    @Path("/{name}/connections")
    @Operation(operationId = "database_connections", summary = "As /api/v1/databases/{name}/checks/connections")
    public ObservationView connections(@RestPath String name) {
        return observation(name, "connections");
    }

    @GET
    @Path("/{name}/locks")
    @Operation(
            operationId = "database_locks",
            summary = "As /api/v1/databases/{name}/checks/blocking: who waits for whom")
    public ObservationView locks(@RestPath String name) {
        return observation(name, "blocking");
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
    @Operation(operationId = "database_metrics", summary = "Its figures, as Prometheus gets them")
    public MetricsView metrics(@RestPath String name) {
        PointInTimeView view = view();
        return MetricsView.of(view.target(name), view, catalogue.checks());
    }

    private PointInTimeView view() {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now());
    }
}
