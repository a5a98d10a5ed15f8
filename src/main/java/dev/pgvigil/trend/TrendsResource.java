package dev.pgvigil.trend;

import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.store.Store;
import dev.pgvigil.store.StoreState;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** Serves the trends of a database from memory. */
@Path("/api/v1/databases/{name}/trends")
@NonBlocking
@Tag(name = "databases")
public final class TrendsResource {

    private final Fleet fleet;
    private final TrendMonitor monitor;
    private final Store store;

    TrendsResource(Fleet fleet, TrendMonitor monitor, Store store) {
        this.fleet = fleet;
        this.monitor = monitor;
        this.store = store;
    }

    @GET
    @Operation(
            operationId = "database_trends",
            summary = "Growth, a forecast with its measured error, and what is unusual for this hour of the week")
    public TrendsView trends(@RestPath String name) {
        new PointInTimeView(fleet.snapshot(), SteadyClock.now()).target(name);
        return TrendsView.of(
                name,
                store.state().mode() != StoreState.Mode.OFF,
                monitor.of(name),
                monitor.settings().growth());
    }
}
