package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.pgvigil.check.Catalogues;
import dev.pgvigil.testing.Generated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** The schema and the reference against the sections, and the schema against files that these accept or reject. */
class ConfigSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SCHEMA = Path.of("docs/pgvigil.schema.json");
    private static final Path EXAMPLE = Path.of("docs/pgvigil.example.yaml");
    private static final String TARGET = "\"url\": \"postgresql://pgvigil@db1.internal/shop\"";

    /** As the product has them. */
    private final List<Section<?>> sections = Catalogues.all(Section.class).stream()
            .<Section<?>>map(section -> section)
            .toList();

    @TempDir
    private Path folder;

    private List<KeyDoc> keys;
    private JsonSchema schema;

    @BeforeEach
    void load() {
        keys = KeyRecorder.keys(sections);
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(ConfigSchema.of(keys));
    }

    @Test
    void schemaIsCurrent() throws IOException {
        Generated.holds(SCHEMA, ConfigSchema.of(keys));
    }

    @Test
    void tableOfKeysIsCurrent() throws IOException {
        Generated.holds(Path.of("docs/reference/configuration.md"), ConfigTables.configuration(keys));
    }

    @Test
    void tableOfThresholdsIsCurrent() throws IOException {
        Generated.holds(Path.of("docs/reference/thresholds.md"), ConfigTables.thresholds(keys));
    }

    @Test
    void everyValueHasDescription() {
        assertThat(keys)
                .filteredOn(key ->
                        !(key.type() instanceof KeyType.Keys) && !key.key().endsWith(".*"))
                .filteredOn(key -> !(key.type() instanceof KeyType.Names))
                .allSatisfy(key -> assertThat(key.description())
                        .as(key.key())
                        .isNotEmpty()
                        .doesNotEndWith(".")
                        .doesNotContain("|"));
    }

    @Test
    void exampleIsValidAgainstSchema() throws IOException {
        assertThat(Files.readString(EXAMPLE)).startsWith("# yaml-language-server: $schema=pgvigil.schema.json\n");
        assertThat(mistakes(Files.readString(EXAMPLE))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"k8s/base/pgvigil.yaml", "k8s/overlays/demo/pgvigil.yaml"})
    void kubernetesFilesAreValidAgainstSchema(String file) throws IOException {
        assertThat(mistakes(Files.readString(Path.of(file)))).isEmpty();
    }

    @Test
    void acceptsDefaultsAndLimits() {
        for (KeyDoc key : keys) {
            for (String value : good(key)) {
                assertThat(mistakes(file(key.key(), value))).as(key.key()).isEmpty();
            }
        }
    }

    /** Each key with values of a wrong type and out of range, and each map with a key that is unknown. */
    @Test
    void rejectsSameValuesAsSections() throws IOException {
        int tried = 0;
        for (KeyDoc key : keys) {
            for (String value : bad(key)) {
                String file = file(key.key(), value);
                assertThat(read(file)).as(file).isNotEmpty();
                assertThat(mistakes(file)).as(file).isNotEmpty();
                tried++;
            }
        }
        assertThat(tried).isGreaterThan(200);
    }

    @Test
    void rejectsTargetWithoutUrl() throws IOException {
        String file = "pgvigil: { targets: { shop: { role: any } } }";

        assertThat(read(file)).isNotEmpty();
        assertThat(mistakes(file)).hasSize(1).allMatch(mistake -> mistake.contains("url"));
    }

    private static List<String> good(KeyDoc key) {
        List<String> values = new ArrayList<>();
        if (!key.standard().isEmpty()) {
            values.add(quoted(key.standard()));
        }
        switch (key.type()) {
            case KeyType.Whole(var min, var max) -> values.addAll(List.of(min + "", max + "", quoted("00" + min)));
            case KeyType.Ratio(var min, var max) -> values.addAll(List.of(min + "", max + "", "0.5", "\"50 %\""));
            case KeyType.Size(var min, var max) -> values.addAll(List.of(min + "", max + "", "\"1.5 kB\"", "\"7\""));
            case KeyType.Time(var min, var max) ->
                values.addAll(List.of(
                        quoted(Quantity.show(min)), quoted(Quantity.show(max)), quoted(max.toMillis() + " ms")));
            case KeyType.Texts _ -> values.addAll(List.of("\"a\"", "[\"a\", 1]"));
            case KeyType.Text _ -> values.addAll(List.of("\"a\"", "1"));
            case KeyType.Flag _ -> values.addAll(List.of("true", "\"false\""));
            case KeyType.Choice(var words) -> words.forEach(word -> values.add(quoted(word)));
            case KeyType.Keys _, KeyType.Names _, KeyType.Maps _ -> {}
        }
        return values;
    }

    private static List<String> bad(KeyDoc key) {
        return switch (key.type()) {
            case KeyType.Keys _ -> List.of("{\"odd\": 1, " + TARGET + "}", "[]", "\"text\"");
            case KeyType.Names _ -> List.of("[]", "\"text\"");
            case KeyType.Maps _ -> List.of("\"text\"", "[\"text\"]", "[{\"odd\": 1}]");
            case KeyType.Text _ -> List.of("{}", "[\"a\"]", "null");
            case KeyType.Texts _ -> List.of("{\"a\": 1}", "[{}]", "[[]]");
            case KeyType.Flag _ -> List.of("\"yes\"", "1", "{}", "null");
            case KeyType.Choice _ -> List.of("\"odd\"", "1", "[]");
            case KeyType.Whole(var min, var max) ->
                List.of((min - 1) + "", (max + 1) + "", quoted((max + 1) + ""), "1.5", "\"few\"", "true");
            case KeyType.Ratio(var min, var max) -> List.of("-0.1", (max + 0.01) + "", "\"101%\"", "\"half\"", "[]");
            case KeyType.Size(var min, var max) -> List.of("-1", quoted(max / 1024 + 1 + "kB"), "\"1XB\"", "\"much\"");
            case KeyType.Time(var min, var max) ->
                List.of(
                        min.isZero() ? "\"-1s\"" : quoted(min.minusMillis(1).toMillis() + "ms"),
                        quoted(max.plusMillis(1).toMillis() + "ms"),
                        quoted(max.plus(Duration.ofDays(1)).toDays() + "d"),
                        "5",
                        "\"5 weeks\"",
                        "true");
        };
    }

    /** A file with that value under that key, and all else good. */
    private String file(String key, String value) {
        String[] names = key.split("\\.", -1);
        StringBuilder file = new StringBuilder();
        StringBuilder end = new StringBuilder();
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals("*") && isList(path.toString())) {
                file.append("[ ");
                end.insert(0, " ]");
            } else {
                file.append("{ ");
                end.insert(0, " }");
                if (i == 1 && !names[1].equals("targets")) {
                    file.append("\"targets\": {\"t\": {" + TARGET + "}}, ");
                }
                boolean entry = i == 3 || (i == 4 && names[3].equals("pooler"));
                if (entry && names[1].equals("targets") && !names[i].equals("url")) {
                    file.append(TARGET + ", ");
                }
                file.append(others(path.toString(), names[i]));
                file.append(quoted(names[i].equals("*") ? "name" : names[i])).append(": ");
            }
            path.append(i == 0 ? "" : ".").append(names[i]);
        }
        return file + value + end;
    }

    private static final String RECEIVERS = "pgvigil.alerts.receivers.";

    /** The required keys of a map besides this one. */
    private String others(String path, String name) {
        Map<String, String> samples = Map.of(
                "query",
                "select 1",
                "usage",
                "GAUGE",
                "metric",
                "name",
                "node_exporter",
                "http://db1:9100/metrics",
                "targets",
                "shop*");
        StringBuilder others = new StringBuilder();
        for (KeyDoc key : keys) {
            int dot = key.key().lastIndexOf('.');
            String last = key.key().substring(dot + 1);
            String sample = path.startsWith(RECEIVERS) ? "https://host/path" : samples.get(last);
            if (key.required()
                    && key.key().substring(0, Math.max(0, dot)).equals(path)
                    && !last.equals(name)
                    && sample != null) {
                others.append(quoted(last))
                        .append(": ")
                        .append(key.type() instanceof KeyType.Texts ? "[" + quoted(sample) + "]" : quoted(sample))
                        .append(", ");
            }
        }
        return others.toString();
    }

    private boolean isList(String path) {
        return keys.stream().anyMatch(key -> key.key().equals(path) && key.type() instanceof KeyType.Maps);
    }

    private List<String> read(String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("pgvigil.yaml"), yaml);
        return LoadedConfig.of(new ConfigOrigin.File(file, false), Map.of(), sections)
                .problems();
    }

    private List<String> mistakes(String yaml) {
        LoadSettings settings =
                LoadSettings.builder().setSchema(new CoreSchema()).build();
        JsonNode tree = JSON.valueToTree(new Load(settings).loadFromString(yaml));
        return schema.validate(tree).stream().map(Object::toString).toList();
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
