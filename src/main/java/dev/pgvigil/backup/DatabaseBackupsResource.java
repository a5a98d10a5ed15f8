package dev.pgvigil.backup;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.state.view.RenderExecutor;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** The backups of one database's server, from memory. */
@Path("/api/v1/databases/{name}/backups")
@Produces(MediaType.APPLICATION_JSON)
@NonBlocking
@Tag(name = "backups")
public final class DatabaseBackupsResource {

    private final BackupMonitor monitor;
    private final Fleet fleet;
    private final RenderExecutor executor;

    DatabaseBackupsResource(BackupMonitor monitor, Fleet fleet, RenderExecutor executor) {
        this.monitor = monitor;
        this.fleet = fleet;
        this.executor = executor;
    }

    @GET
    @Operation(operationId = "database_backups", summary = "The repositories of a database's server")
    public Uni<BackupsView> backups(@RestPath String name) {
        PointInTimeView view = new PointInTimeView(fleet.snapshot(), SteadyClock.now());
        Server.Identity server = view.target(name).target().server().identity();
        return executor.make(() -> BackupsView.of(
                monitor.statuses().stream()
                        .filter(status -> belongs(status.repository(), view.snapshot(), server))
                        .toList(),
                monitor.config(),
                monitor.audited(),
                view.now()));
    }

    private static boolean belongs(Repository repository, Snapshot snapshot, Server.Identity server) {
        String target = repository.target();
        TargetState state = target == null ? null : snapshot.targets().get(target);
        return state != null && state.target().server().identity().equals(server);
    }
}
