package dev.pgvigil.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.IndexView;

/**
 * Completes the document at build time with what annotations would have to repeat: which fields may be null, constants in
 * lower case, the problem that every operation may answer with, and an example of each answer, which stands in
 * {@code openapi/<operation id>.json}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class OpenApiDocument implements OASFilter {

    private static final String OK = "200";
    private static final String JSON = "application/json";

    private final RecordSchemas schemas;
    private final ObjectMapper mapper = new ObjectMapper();

    public OpenApiDocument(IndexView index) {
        this.schemas = new RecordSchemas(index);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> components = document.getComponents().getSchemas();
        components.forEach(schemas::complete);
        document.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations().values().forEach(this::complete));
    }

    private void complete(Operation operation) {
        String id = String.valueOf(operation.getOperationId());
        APIResponse ok = operation.getResponses().getAPIResponse(OK);
        Content content = ok == null ? null : ok.getContent();
        MediaType answer = content == null ? null : content.getMediaType(JSON);
        if (answer != null && answer.getExample() == null) {
            answer.setExample(example(id));
        }
        operation.getResponses().setDefaultValue(problem());
    }

    private APIResponse problem() {
        Schema schema = OASFactory.createSchema().ref("#/components/schemas/Problem");
        MediaType media = OASFactory.createMediaType().schema(schema).example(example("problem"));
        return OASFactory.createAPIResponse()
                .description("Why there is no such answer")
                .content(OASFactory.createContent().addMediaType(ProblemDetails.MEDIA_TYPE, media));
    }

    private Object example(String name) {
        String resource = "openapi/" + name + ".json";
        try (InputStream in = Thread.currentThread().getContextClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("operation " + name + " has no example: " + resource + " is missing");
            }
            return mapper.readValue(in, Object.class);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
