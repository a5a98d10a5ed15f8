package dev.pgvigil.diagnose;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** Connectivity diagnostics of one database. */
@Path("/api/v1/databases/{name}/diagnostics")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "databases")
public final class DiagnosticsResource {

    private final Fleet fleet;
    private final Diagnostics diagnostics;

    DiagnosticsResource(Fleet fleet, Diagnostics diagnostics) {
        this.fleet = fleet;
        this.diagnostics = diagnostics;
    }

    @GET
    @Operation(
            operationId = "database_diagnostics",
            summary = "Connectivity of a database, step by step: configuration, DNS, TCP, TLS, authentication, query",
            description =
                    "Opens one more session to the database and closes it, within 20 s. Concurrent requests for one"
                            + " database share one diagnosis, and its result is served again for 2 s. At most 8 are in"
                            + " progress at once; further requests get 503 with `Retry-After`. A failed diagnosis is"
                            + " an answer: the status is 200.")
    public Uni<DiagnosticsView> diagnostics(@RestPath String name) {
        return diagnostics.of(view().target(name).target());
    }

    private PointInTimeView view() {
        return new PointInTimeView(fleet.snapshot(), SteadyClock.now());
    }
}
