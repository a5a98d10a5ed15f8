package dev.pgvigil.config;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The result of loading the configuration: the one in use, and errors in a newer one. */
@Path("/api/v1/configuration")
@NonBlocking
@Tag(name = "pgvigil")
public final class ConfigurationResource {

    private final Configuration configuration;

    ConfigurationResource(Configuration configuration) {
        this.configuration = configuration;
    }

    @GET
    @Operation(operationId = "configuration", summary = "The configuration in use, and errors in a newer one")
    public Configuration.State configuration() {
        return configuration.state();
    }
}
