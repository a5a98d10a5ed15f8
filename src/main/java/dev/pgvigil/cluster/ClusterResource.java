package dev.pgvigil.cluster;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The replicas that share the fleet, from memory. */
@Path("/api/v1/cluster")
@NonBlocking
@Tag(name = "fleet")
public final class ClusterResource {

    private final Cluster cluster;

    ClusterResource(Cluster cluster) {
        this.cluster = cluster;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "cluster", summary = "The replicas, what they watch, and what is wrong with sharing")
    public ClusterView cluster() {
        return cluster.view();
    }
}
