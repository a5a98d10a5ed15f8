package dev.pgvigil.tenant;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** The report on the isolation of tenants, from memory. */
@Path("/api/v1/databases/{name}/tenant-isolation")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "databases")
public final class TenantIsolationResource {

    private final Fleet fleet;

    TenantIsolationResource(Fleet fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(
            operationId = "database_tenant_isolation",
            summary = "Whether roles of applications can see rows of more than one tenant",
            description = "Names, numbers and texts of statements without values; no row and no tenant.")
    public IsolationReport report(@RestPath String name) {
        return of(name);
    }

    @GET
    @Path("/report")
    @Produces("text/markdown; charset=utf-8")
    @Operation(
            operationId = "database_tenant_isolation_report",
            summary = "The report on the isolation of tenants as a document",
            description = "The last line has the SHA-256 of the lines above it.")
    @APIResponse(
            responseCode = "200",
            description = "OK",
            content =
                    @Content(
                            mediaType = "text/markdown",
                            schema = @Schema(type = SchemaType.STRING),
                            example = "# Isolation of tenants in shop"))
    public String document(@RestPath String name) {
        return of(name).markdown();
    }

    private IsolationReport of(String name) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        return IsolationReport.of(view.target(name), view);
    }
}
