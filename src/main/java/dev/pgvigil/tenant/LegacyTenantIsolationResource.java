package dev.pgvigil.tenant;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.DefaultDatabase;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The older, shorter path of the report on tenants: for the only database, or the one named by {@code name}. */
@Path("/api/database/tenant-isolation")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "short forms")
public final class LegacyTenantIsolationResource {

    private final Fleet fleet;

    LegacyTenantIsolationResource(Fleet fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(
            operationId = "only_tenant_isolation",
            summary = "Short form of /api/v1/databases/{name}/tenant-isolation")
    public IsolationReport report(@RestQuery @Nullable String name) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        return IsolationReport.of(DefaultDatabase.of(view, name), view);
    }
}
