package dev.pgvigil.dashboard;

import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.view.FleetView;
import dev.pgvigil.watch.view.Look;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The pages: the fleet, its table alone for updates, and the API's documentation. */
@Path("/")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class DashboardResource {

    private final Fleet fleet;

    @CheckedTemplate(basePath = "dashboard")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance fleet(FleetPage page);

        static native TemplateInstance fleet$table(FleetPage page);

        static native TemplateInstance docs();
    }

    DashboardResource(Fleet fleet) {
        this.fleet = fleet;
    }

    @GET
    @Operation(hidden = true)
    public TemplateInstance fleet() {
        return Templates.fleet(page());
    }

    @GET
    @Path("table")
    @Operation(hidden = true)
    public TemplateInstance table() {
        return Templates.fleet$table(page());
    }

    @GET
    @Path("docs")
    @Operation(hidden = true)
    public TemplateInstance docs() {
        return Templates.docs();
    }

    private FleetPage page() {
        return FleetPage.of(FleetView.of(new Look(fleet.snapshot(), Instant.now())));
    }
}
