package dev.pgvigil.api;

import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The OpenAPI 3.1 document of the API as JSON, which is also valid YAML. {@code OpenApiTest} generates the file. */
@Path("/openapi")
@NonBlocking
public final class OpenApiResource {

    private static final String FILE = "/openapi.json";

    private volatile @Nullable Buffer document;

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(hidden = true)
    public Buffer document() {
        Buffer read = document;
        if (read == null) {
            read = Buffer.buffer(bytes());
            document = read;
        }
        return read;
    }

    private static byte[] bytes() {
        try (InputStream file = Objects.requireNonNull(OpenApiResource.class.getResourceAsStream(FILE))) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
