package dev.pgvigil.cluster;

import dev.pgvigil.http.SignedIn;
import dev.pgvigil.state.SteadyClock;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The page of the replicas; it needs no script. */
@Path("/cluster")
@NonBlocking
@Produces(MediaType.TEXT_HTML)
public final class ClusterPageResource {

    private final Cluster cluster;

    @CheckedTemplate(basePath = "cluster")
    static final class Templates {

        private Templates() {}

        static native TemplateInstance cluster(ClusterView view, String lead, String at, boolean signedIn);
    }

    ClusterPageResource(Cluster cluster) {
        this.cluster = cluster;
    }

    @GET
    @Operation(hidden = true)
    public TemplateInstance page(RoutingContext context) {
        ClusterView view = cluster.view();
        return Templates.cluster(
                view,
                lead(view),
                String.valueOf(SteadyClock.shown(SteadyClock.now()).truncatedTo(ChronoUnit.SECONDS)),
                SignedIn.of(context));
    }

    private static String lead(ClusterView view) {
        return switch (view.state()) {
            case JOINING -> "This replica has not reached Redis yet.";
            case SHARED ->
                view.members().size() + " replicas share " + view.servers().configured() + " servers.";
            case SOLO ->
                view.enabled()
                        ? "Redis does not answer: every replica goes on alone."
                        : "One process watches everything.";
            case LEFT -> "This replica has left the others.";
        };
    }
}
