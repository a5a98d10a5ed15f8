package dev.pgvigil.diagnose;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.DefaultDatabase;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The older, shorter path of the diagnostics: for the only database, or the one named by {@code name}. */
@Path("/api/database/diagnostics")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "short forms")
public final class LegacyDiagnosticsResource {

    private final Fleet fleet;
    private final Diagnostics diagnostics;

    LegacyDiagnosticsResource(Fleet fleet, Diagnostics diagnostics) {
        this.fleet = fleet;
        this.diagnostics = diagnostics;
    }

    @GET
    @Operation(operationId = "only_diagnostics", summary = "Short form of /api/v1/databases/{name}/diagnostics")
    public Uni<DiagnosticsView> diagnostics(@RestQuery @Nullable String name) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        return diagnostics.of(DefaultDatabase.of(view, name).target());
    }
}
