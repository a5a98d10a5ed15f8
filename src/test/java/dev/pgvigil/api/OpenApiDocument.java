package dev.pgvigil.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.security.PublicPaths;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jboss.jandex.IndexView;

/**
 * Completes the document with what annotations would have to repeat: which fields may be null, constants in
 * lower case, the problem that every operation may answer with, and an example of each answer, which stands in
 * {@code openapi/<operation id>.json}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class OpenApiDocument implements OASFilter {

    private static final String OK = "200";
    private static final String JSON = "application/json";

    // What `observed` is, by operation: the types are the checks' own.
    private static final Map<String, String> OBSERVED = Map.of(
            "database_connections", "ConnectionUsage",
            "only_connections", "ConnectionUsage",
            "database_locks", "Locks");

    /** What quarkus-smallrye-health answers has no resource with annotations. */
    private static final Map<String, String> PROBES = Map.of(
            "/health", "Health of pgvigil itself: liveness, readiness, startup and wellness",
            "/health/live", "Liveness of this process; independent of the state of databases",
            "/health/ready", "Readiness of this process; independent of the state of databases",
            "/health/started", "Startup: the configuration is loaded and every target was checked once",
            "/health/well", "Additional health checks that no probe depends on");

    private final RecordSchemas schemas;
    private final ObjectMapper mapper = new ObjectMapper();

    public OpenApiDocument(IndexView index) {
        this.schemas = new RecordSchemas(index);
    }

    @Override
    public void filterOpenAPI(OpenAPI document) {
        Map<String, Schema> components = document.getComponents().getSchemas();
        components.forEach(schemas::complete);
        PROBES.forEach((path, summary) -> document.getPaths()
                .addPathItem(path, OASFactory.createPathItem().GET(probe(path, summary))));
        document.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations().values().forEach(operation -> complete(path, operation)));
    }

    private static Operation probe(String path, String summary) {
        MediaType answer =
                OASFactory.createMediaType().schema(OASFactory.createSchema().ref("#/components/schemas/Health"));
        APIResponse ok = OASFactory.createAPIResponse()
                .description("OK")
                .content(OASFactory.createContent().addMediaType(JSON, answer));
        return OASFactory.createOperation()
                .operationId(path.substring(1).replace('/', '_'))
                .summary(summary)
                .addTag("probes")
                .responses(OASFactory.createAPIResponses().addAPIResponse(OK, ok));
    }

    private void complete(String path, Operation operation) {
        if (PublicPaths.contain(path.replace("{name}", "name"))) {
            operation.setSecurity(List.of());
        }
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(OpenApiDocument::refuseEmpty);
        }
        String id = String.valueOf(operation.getOperationId());
        APIResponse ok = operation.getResponses().getAPIResponse(OK);
        Content content = ok == null ? null : ok.getContent();
        MediaType answer = content == null ? null : content.getMediaType(JSON);
        if (answer != null && answer.getExample() == null) {
            answer.setExample(example(id));
        }
        if (answer != null && OBSERVED.containsKey(id)) {
            answer.setSchema(observing(answer.getSchema(), OBSERVED.get(id)));
        }
        if (ok != null && path.startsWith("/health")) {
            operation.getResponses().addAPIResponse("503", down(ok, "DOWN; the checks contain the reason"));
            if (path.contains("{")) {
                operation.getResponses().addAPIResponse("404", down(ok, "The group does not exist"));
            }
        }
        // Errors without a description of their body: they are the problem of all.
        operation.getResponses().getAPIResponses().entrySet().stream()
                .filter(response -> response.getKey().startsWith("4"))
                .filter(response -> response.getValue().getContent() == null)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(operation.getResponses()::removeAPIResponse);
        operation.getResponses().setDefaultValue(problem());
    }

    /** No parameter of a path or query may be empty. */
    private static void refuseEmpty(Parameter parameter) {
        Schema schema = parameter.getSchema();
        Schema each = schema.getItems() == null ? schema : schema.getItems();
        if (parameter.getIn() != Parameter.In.HEADER
                && each.getRef() == null
                && each.getEnumeration() == null
                && each.getType() != null
                && each.getType().contains(Schema.SchemaType.STRING)) {
            each.setMinLength(1);
        }
    }

    private static Schema observing(Schema general, String observed) {
        Schema seen = OASFactory.createSchema().ref("#/components/schemas/" + observed);
        Schema nothing = OASFactory.createSchema().addType(Schema.SchemaType.NULL);
        return OASFactory.createSchema()
                .addAllOf(general)
                .addProperty(
                        "observed", OASFactory.createSchema().addAnyOf(seen).addAnyOf(nothing));
    }

    /** A probe's no has the form of its yes. */
    private static APIResponse down(APIResponse up, String description) {
        MediaType answer = OASFactory.createMediaType()
                .schema(up.getContent().getMediaType(JSON).getSchema());
        return OASFactory.createAPIResponse()
                .description(description)
                .content(OASFactory.createContent().addMediaType(JSON, answer));
    }

    private APIResponse problem() {
        Schema schema = OASFactory.createSchema().ref("#/components/schemas/ProblemDetails");
        MediaType media = OASFactory.createMediaType().schema(schema).example(example("problem"));
        return OASFactory.createAPIResponse()
                .description("Error")
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
