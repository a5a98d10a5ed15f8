package dev.pgvigil.history;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** Serves the last hour from memory. */
@Path("/api/v1/databases/{name}/history")
@NonBlocking
@Tag(name = "databases")
public final class HistoryResource {

    private final Fleet fleet;
    private final History history;

    HistoryResource(Fleet fleet, History history) {
        this.fleet = fleet;
        this.history = history;
    }

    @GET
    @Operation(
            operationId = "database_history",
            summary = "Heartbeats and connections of the server over the last hour")
    public HistoryView history(@RestPath String name) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        return HistoryView.of(name, history.of(view.target(name).target().server()), view.now());
    }
}
