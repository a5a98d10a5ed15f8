package dev.pgvigil.api;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Guarded;
import dev.pgvigil.watch.Fleet;
import dev.pgvigil.watch.HandMade;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API's document against the README and against what the service answers. */
@QuarkusTest
@TestProfile(Guarded.class)
class DocumentTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(/[^`]*)` \\|");
    /** Served, and no part of the API. */
    private static final Set<String> BESIDE = Set.of("/", "/database", "/metrics", "/openapi", "/docs");

    @Inject
    Fleet fleet;

    @BeforeEach
    void fill() {
        HandMade.single("shop").into(fleet);
    }

    @Test
    void theReadmeHasEveryPathAndNoOther() throws IOException {
        Set<String> told = ROW.matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(row -> row.group(1))
                .collect(toCollection(TreeSet::new));
        Set<String> served = new TreeSet<>(document().getMap("paths").keySet().stream()
                .map(String::valueOf)
                .toList());
        served.addAll(BESIDE);
        assertThat(told).isEqualTo(served);
        BESIDE.forEach(path ->
                assertThat(Guarded.with().get(path).statusCode()).as(path).isEqualTo(200));
    }

    @Test
    void isOpenApi31InBothForms() {
        assertThat(document().getString("openapi")).startsWith("3.1");
        assertThat(Guarded.with().get("/openapi").asString()).startsWith("---\nopenapi: 3.1");
    }

    @Test
    void examplesHaveTheFormOfTheAnswers() {
        JsonPath document = document();
        Map<String, Object> paths = document.getMap("paths");
        paths.keySet().stream().filter(path -> !path.endsWith("/events")).forEach(path -> {
            Map<String, Object> example =
                    document.getMap("paths.'" + path + "'.get.responses.'200'.content.'application/json'.example");
            String asked = path.replace("{name}", "shop");
            Map<String, Object> answer = Guarded.with().get(asked).jsonPath().getMap("$");
            assertThat(example).as("example of %s", path).isNotNull();
            assertThat(example.keySet()).as(path).isEqualTo(answer.keySet());
        });
    }

    private static JsonPath document() {
        return Guarded.with()
                .accept("application/json")
                .get("/openapi?format=json")
                .jsonPath();
    }
}
