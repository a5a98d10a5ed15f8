package dev.pgvigil.api;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.SampleFleet;
import dev.pgvigil.security.PublicPaths;
import dev.pgvigil.state.Fleet;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.testing.TokenProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The document says what the service answers: held against the answers themselves. */
@Tag("service")
@QuarkusTest
@TestProfile(TokenProfile.class)
class OpenApiTest {

    /** Where each operation is tried; the others with `shop`. */
    private static final Map<String, List<String>> ASKED = Map.ofEntries(
            entry(
                    "/api/v1/databases/{name}/checks/{check}",
                    List.of(
                            "/api/v1/databases/orders/checks/connections",
                            "/api/v1/databases/shop/checks/blocking",
                            "/api/v1/databases/young/checks/heartbeat")),
            entry(
                    "/api/v1/databases/{name}",
                    List.of("/api/v1/databases/shop", "/api/v1/databases/young", "/api/v1/databases/archive")),
            entry(
                    "/api/v1/databases/{name}/status",
                    List.of(
                            "/api/v1/databases/shop/status",
                            "/api/v1/databases/young/status",
                            "/api/v1/databases/archive/status")),
            entry(
                    "/api/v1/databases/{name}/connections",
                    List.of("/api/v1/databases/orders/connections", "/api/v1/databases/young/connections")),
            entry(
                    "/api/v1/databases/{name}/recommendations",
                    List.of("/api/v1/databases/orders/recommendations", "/api/v1/databases/young/recommendations")),
            entry(
                    "/api/v1/databases/{name}/locks",
                    List.of("/api/v1/databases/shop/locks", "/api/v1/databases/young/locks")),
            entry(
                    "/api/v1/prerequisites",
                    List.of("/api/v1/prerequisites?targets=orders,shop", "/api/v1/prerequisites")),
            entry("/api/database/status", List.of("/api/database/status?name=shop")),
            entry("/api/database/connections", List.of("/api/database/connections?name=orders")),
            entry("/api/database/diagnostics", List.of("/api/database/diagnostics?name=shop")),
            entry(
                    "/api/health/database",
                    List.of(
                            "/api/health/database?name=shop",
                            "/api/health/database?name=shop&type=full",
                            "/api/health/database?name=shop&type=metrics")),
            entry("/api/health/metrics", List.of("/api/health/metrics?name=shop")),
            entry("/api/v1/backups/{repository}/verifications", List.of("/api/v1/backups/no-such/verifications")),
            entry("/api/database/tenant-isolation", List.of("/api/database/tenant-isolation?name=shop")),
            entry("/api/v1/slos/{name}", List.of("/api/v1/slos/availability")),
            entry("/health/group/{name}", List.of("/health/group/nope")));

    private static final Set<String> WITHOUT_END = Set.of("/api/v1/events");

    private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\| `(/[^`]*)` \\|");

    /** Served, and no part of the API. */
    private static final Set<String> BESIDE = Set.of(
            "/",
            "/database",
            "/database/diagnosis",
            "/migrations",
            "/alerts",
            "/incidents",
            "/status",
            "/status.atom",
            "/status.json",
            "/slos",
            "/openapi",
            "/docs",
            "/login",
            "/logout",
            "/backups",
            "/cluster");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Finding FINDING = Finding.of(
                    "sample", "fails", Status.UNHEALTHY, Severity.CRITICAL, "It fails", "3 of 4 fail")
            .cause("A test")
            .action("Repair it");

    /** An alert that there is. */
    private static String alert = "";

    /** The incident of that alert. */
    private static String incident = "";

    @Inject
    Fleet fleet;

    @BeforeEach
    void fill() {
        SampleFleet.mixed().into(fleet);
        SampleFleet.tell(fleet, new FleetEvent.Opened(Instant.now(), "shop", FINDING));
        await().atMost(Duration.ofSeconds(30)).until(() -> !alerts().isEmpty());
        alert = alerts().getFirst();
        await().atMost(Duration.ofSeconds(30)).until(() -> !incidents().isEmpty());
        incident = incidents().getFirst();
    }

    private static List<String> incidents() {
        return TokenProfile.with().get("/api/v1/incidents").jsonPath().getList("incidents.id", String.class);
    }

    private static List<String> alerts() {
        return TokenProfile.with().get("/api/v1/alerts?type=sample").jsonPath().getList("alerts.id", String.class);
    }

    @AfterEach
    void empty() {
        SampleFleet.tell(fleet, new FleetEvent.Closed(Instant.now(), "shop", FINDING));
        TokenProfile.with()
                .contentType("application/json")
                .body("{\"by\": \"test\"}")
                .post("/api/v1/alerts/" + alert + "/resolve");
        SampleFleet.nothing().into(fleet);
    }

    @Test
    void documentListsEveryPath() throws IOException {
        Set<String> paths = new TreeSet<>();
        document().get("paths").fieldNames().forEachRemaining(paths::add);
        assertThat(paths)
                .contains(
                        "/health",
                        "/health/live",
                        "/health/ready",
                        "/health/started",
                        "/health/detailed",
                        "/health/database",
                        "/health/group/{name}",
                        "/metrics",
                        "/api/v1/fleet",
                        "/api/v1/databases",
                        "/api/v1/databases/{name}",
                        "/api/v1/databases/{name}/status",
                        "/api/v1/databases/{name}/metrics",
                        "/api/v1/databases/{name}/checks",
                        "/api/v1/databases/{name}/checks/{check}",
                        "/api/v1/databases/{name}/connections",
                        "/api/v1/databases/{name}/locks",
                        "/api/v1/databases/{name}/queries",
                        "/api/v1/databases/{name}/diagnostics",
                        "/api/v1/databases/{name}/performance",
                        "/api/v1/prerequisites",
                        "/api/v1/events",
                        "/api/v1/configuration",
                        "/api/database/status",
                        "/api/database/connections",
                        "/api/database/diagnostics",
                        "/api/health/database",
                        "/api/health/metrics")
                .doesNotContain("/", "/database", "/login", "/docs");
    }

    @Test
    void tableOfPathsIsComplete() throws IOException {
        Set<String> told = new TreeSet<>();
        TABLE_ROW.matcher(Files.readString(Path.of("docs/api.md"))).results().forEach(row -> told.add(row.group(1)));
        Set<String> served = new TreeSet<>(BESIDE);
        document().get("paths").fieldNames().forEachRemaining(served::add);
        assertThat(told).isEqualTo(served);
        BESIDE.forEach(path -> assertThat(TokenProfile.with()
                        .redirects()
                        .follow(false)
                        .request(path.equals("/logout") ? "POST" : "GET", path)
                        .statusCode())
                .as(path)
                .isBetween(200, 303));
    }

    /** The one that is served is a file: making it costs a start more than anything else would. */
    @Test
    void documentIsCurrent() throws IOException {
        JsonNode made = JSON.readTree(TokenProfile.with()
                .accept("application/json")
                .get("/openapi-made?format=json")
                .asString());
        Path file = Path.of("target/openapi.json");
        Files.writeString(file, made.toPrettyString() + "\n");
        assertThat(made.get("openapi").asText()).startsWith("3.1");
        assertThat(document()).as("cp %s src/main/resources/openapi.json", file).isEqualTo(made);
    }

    @Test
    void responsesAndExamplesConformToSchemas() throws IOException {
        ObjectNode document = document();
        Map<String, List<String>> mistakes = new TreeMap<>();
        document.get("paths").properties().forEach(path -> {
            JsonNode ok = path.getValue().at("/get/responses/200/content/application~1json");
            if (!ok.isMissingNode()) {
                JsonSchema schema = strict(document, ok.get("schema"));
                check(
                        mistakes,
                        "example of " + path.getKey(),
                        schema,
                        ok.get("example").toString());
                for (String asked : asked(path.getKey())) {
                    check(
                            mistakes,
                            asked,
                            schema,
                            TokenProfile.with().get(asked).asString());
                }
            }
        });
        assertThat(mistakes).isEmpty();
    }

    @Test
    void examplesHaveStructureOfResponses() throws IOException {
        Map<String, Set<String>> differences = new TreeMap<>();
        for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
            JsonNode example = path.getValue().at("/get/responses/200/content/application~1json/example");
            if (example.isMissingNode()) {
                continue;
            }
            String asked = asked(path.getKey()).getFirst();
            Set<String> shape =
                    Shape.of(JSON.readTree(TokenProfile.with().get(asked).asString()));
            Set<String> unknown = Shape.of(example);
            unknown.removeIf(field -> field.contains("=")
                    || shape.contains(field)
                    || Shape.insideAnEmptyList(field, shape)
                    || Shape.insideNull(field, shape));
            if (!unknown.isEmpty()) {
                differences.put(path.getKey(), unknown);
            }
        }
        assertThat(differences).isEmpty();
    }

    @Test
    void everyOperationHasExampleSummaryAndProblem() throws IOException {
        List<String> lacking = new ArrayList<>();
        document()
                .get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    String name = operation.getKey() + " " + path.getKey();
                    if (operation.getValue().path("summary").asText().isBlank()) {
                        lacking.add(name + ": summary");
                    }
                    if (operation.getValue().at("/responses/200/content").findValue("example") == null) {
                        lacking.add(name + ": example");
                    }
                    if (operation
                            .getValue()
                            .at("/responses/default/content/application~1problem+json/example")
                            .isMissingNode()) {
                        lacking.add(name + ": problem");
                    }
                }));
        assertThat(lacking).isEmpty();
    }

    @Test
    void publicPathsAreDocumented() throws IOException {
        JsonNode paths = document().get("paths");
        for (String open : List.of("/health", "/health/live", "/health/group/{name}", "/health/database", "/metrics")) {
            JsonNode security = paths.get(open).at("/get/security");
            assertThat(security.isArray() && security.isEmpty()).as(open).isTrue();
        }
        for (String guarded : List.of("/health/detailed", "/api/v1/fleet", "/api/v1/events")) {
            assertThat(paths.get(guarded).at("/get/security").isMissingNode())
                    .as(guarded)
                    .isTrue();
        }
    }

    @Test
    void problemsConformToSchema() throws IOException {
        ObjectNode document = document();
        JsonSchema schema = strict(
                document,
                document.at("/paths/~1api~1v1~1fleet/get/responses/default/content/application~1problem+json/schema"));
        Map<String, List<String>> mistakes = new TreeMap<>();
        for (String path :
                List.of("/nope", "/api/v1/databases/nope", "/api/v1/databases?limit=x", "/api/v1/events?x=1")) {
            check(mistakes, path, schema, TokenProfile.with().get(path).asString());
        }
        assertThat(mistakes).isEmpty();
        assertThat(WITHOUT_END).allMatch(path -> document.at("/paths").has(path));
    }

    /** Whatever else a path can be made to answer has the status, type and form that the document tells of. */
    @Test
    void otherResponsesAreDocumented() throws IOException {
        ObjectNode document = document();
        Map<String, List<String>> mistakes = new TreeMap<>();
        Set<Integer> seen = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            JsonNode operation = path.getValue().has("get")
                    ? path.getValue().get("get")
                    : path.getValue().elements().next();
            JsonNode told = operation.get("responses");
            others(path.getKey()).forEach((what, answer) -> {
                seen.add(answer.statusCode());
                JsonNode response = told.path(String.valueOf(answer.statusCode()));
                JsonNode content = (response.isMissingNode() ? told.get("default") : response).get("content");
                JsonNode form = content.path(type(answer));
                if (form.isMissingNode()) {
                    mistakes.put(what, List.of(answer.statusCode() + " " + answer.contentType()));
                } else if (form.get("schema").has("$ref")) {
                    check(mistakes, what, strict(document, form.get("schema")), answer.asString());
                }
            });
        }
        assertThat(mistakes).isEmpty();
        assertThat(seen).contains(200, 400, 401, 404, 405, 406, 503);
    }

    private static Map<String, Response> others(String path) {
        String asked = asked(path).getFirst();
        Map<String, Response> answers = new TreeMap<>();
        if (!WITHOUT_END.contains(path)) {
            answers.put(path, TokenProfile.with().get(asked));
        }
        if (path.contains("{name}")) {
            String none = path.replace("{name}", "no-such").replace("{check}", "heartbeat");
            answers.put(none, TokenProfile.with().get(none));
        }
        if (path.contains("{check}")) {
            String none = path.replace("{name}", "shop").replace("{check}", "no-such");
            answers.put(none, TokenProfile.with().get(none));
        }
        if (!path.startsWith("/health") && !path.equals("/metrics")) {
            answers.put("?nonsense " + path, TokenProfile.with().get(asked.replaceFirst("\\?.*", "") + "?nonsense=1"));
        }
        answers.put("POST " + path, TokenProfile.with().post(asked));
        answers.put("image " + path, TokenProfile.with().accept("image/png").get(asked));
        if (!PublicPaths.contain(path.replace("{name}", "shop"))) {
            answers.put("stranger " + path, RestAssured.given().get(asked));
        }
        return answers;
    }

    private static String type(Response answer) {
        return String.valueOf(answer.contentType()).replaceFirst(";.*", "");
    }

    private static void check(Map<String, List<String>> mistakes, String what, JsonSchema schema, String json) {
        Set<ValidationMessage> messages = schema.validate(json, InputFormat.JSON);
        if (!messages.isEmpty()) {
            mistakes.put(
                    what, messages.stream().map(ValidationMessage::getMessage).toList());
        }
    }

    /** The schema, which allows no field that it does not name. */
    private static JsonSchema strict(ObjectNode document, JsonNode schema) {
        ObjectNode root = document.deepCopy();
        root.get("components").get("schemas").forEach(OpenApiTest::close);
        ObjectNode whole = JSON.createObjectNode();
        whole.setAll((ObjectNode) schema);
        whole.set("components", root.get("components"));
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(whole);
    }

    private static void close(JsonNode schema) {
        if (schema.has("properties") && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }

    private static List<String> asked(String path) {
        return ASKED.getOrDefault(
                path,
                List.of(path.replace("{name}", "shop")
                        .replace("{id}", path.contains("/incidents/") ? incident : alert)));
    }

    private static ObjectNode document() throws IOException {
        return (ObjectNode) JSON.readTree(TokenProfile.with().get("/openapi").asString());
    }
}
