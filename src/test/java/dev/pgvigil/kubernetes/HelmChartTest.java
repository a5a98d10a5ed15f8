package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.BASE;
import static dev.pgvigil.kubernetes.Manifests.ROOT;
import static dev.pgvigil.kubernetes.Manifests.SECRETS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgvigil.kubernetes.Rendering.Answer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The chart renders the objects of {@code k8s/}; only Helm's labels are added. */
class HelmChartTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> LABELS_OF_HELM = List.of(
            "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by", "helm.sh/chart");

    @TempDir
    Path folder;

    @Test
    void rendersTheObjectsOfTheBase() throws Exception {
        String base = Rendering.kustomize(ROOT.resolve("overlays/jvm"));

        assertThat(objects(chart("pgvigil"))).containsExactlyInAnyOrderEntriesOf(objects(Manifests.read(base)));
    }

    @Test
    void rendersTheServiceMonitorOfTheComponent() throws Exception {
        Path component = ROOT.resolve("components/service-monitor/servicemonitor.yaml");

        assertThat(objects(chart("pgvigil", "--set", "serviceMonitor.enabled=true")))
                .containsAllEntriesOf(objects(Manifests.read(component)));
    }

    /** Names of the release, more values, and the Secrets that the user has made. */
    @Test
    void objectsOfAnyReleaseHoldTogether() throws Exception {
        List<HasMetadata> rendered = new ArrayList<>(chart(
                "observability",
                "--set",
                "serviceMonitor.enabled=true,replicas=1,image.digest=sha256:" + "0".repeat(64),
                "--set",
                "env[0].name=OTEL_EXPORTER_OTLP_ENDPOINT,env[0].value=http://collector:4317"));
        rendered.addAll(Manifests.read(SECRETS));

        assertThat(References.problems(rendered)).isEmpty();
        assertThat(rendered)
                .filteredOn(one -> !one.getKind().equals("Secret"))
                .allMatch(one -> one.getMetadata().getName().equals("observability-pgvigil"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            config=null                   | Set config.pgvigil.targets
            replica=3                     | replica
            replicas=many                 | replicas
            image.digest=sha256:12        | image
            networkPolicy.egressPorts[0]=0 | egressPorts
            """)
    void refusesValuesThatCannotBeMeant(String value, String problem) throws Exception {
        Answer answer = Rendering.helm("pgvigil", "-f", values().toString(), "--set", value);

        assertThat(answer.code()).isNotZero();
        assertThat(answer.problems()).contains(problem);
    }

    private List<HasMetadata> chart(String release, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-f", values().toString()));
        all.addAll(List.of(arguments));
        Answer answer = Rendering.helm(release, all.toArray(String[]::new));
        assertThat(answer.code()).as(answer.problems()).isZero();
        return Manifests.read(answer.output());
    }

    /** The configuration of the base as a value of the chart. */
    private Path values() throws Exception {
        Path values = folder.resolve("values.yaml");
        Files.writeString(
                values,
                "config:\n" + Manifests.text(BASE.resolve("pgvigil.yaml")).indent(2));
        return values;
    }

    /** The objects by kind, without what Helm adds, and the configuration as what it means. */
    private static Map<String, JsonNode> objects(List<HasMetadata> objects) {
        Map<String, JsonNode> byKind = new TreeMap<>();
        for (HasMetadata object : objects) {
            JsonNode tree = JSON.valueToTree(object);
            tree.findParents(LABELS_OF_HELM.getFirst()).forEach(labels -> ((ObjectNode) labels).remove(LABELS_OF_HELM));
            if (tree.at("/data/pgvigil.yaml").isTextual()) {
                Object meant = new Load(LoadSettings.builder().build())
                        .loadFromString(tree.at("/data/pgvigil.yaml").asText());
                ((ObjectNode) tree.get("data")).set("pgvigil.yaml", JSON.valueToTree(meant));
            }
            assertThat(byKind.put(object.getKind(), tree)).as(object.getKind()).isNull();
        }
        return byKind;
    }
}
