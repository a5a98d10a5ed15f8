package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.BASE;
import static dev.pgvigil.kubernetes.Manifests.ROOT;
import static dev.pgvigil.kubernetes.Manifests.SECRETS;
import static dev.pgvigil.kubernetes.Manifests.orEmpty;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.kubernetes.Manifests.Kustomization;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code k8s/} holds can be applied as it stands. */
class KubernetesManifestsTest {

    private static final Path MONITOR = ROOT.resolve("components/service-monitor/servicemonitor.yaml");
    private static final Pattern GROUP = Pattern.compile("http://(\\w+)\\.monitoring:(\\d+)/health/group/(\\w+)");

    static List<Path> kustomizations() {
        return Manifests.files("kustomization.yaml");
    }

    /** Files of Kubernetes' own objects. */
    static List<Path> manifests() {
        return Manifests.files(".yaml").stream()
                .filter(file -> !Set.of("kustomization.yaml", "pgvigil.yaml")
                        .contains(file.getFileName().toString()))
                .toList();
    }

    static List<Path> examples() {
        return manifests().stream()
                .filter(file -> file.startsWith(ROOT.resolve("examples")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void everyFieldIsKnown(Path file) {
        assertThat(Manifests.read(file)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("kustomizations")
    void aKustomizationNamesFilesThatExist(Path file) {
        Kustomization read = Manifests.kustomization(file);

        assertThat(read.named())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(file.resolveSibling(name))
                        .satisfiesAnyOf(
                                path -> assertThat(path).isRegularFile(),
                                path -> assertThat(path.resolve("kustomization.yaml"))
                                        .isRegularFile()));
        assertThat(read.generatorOptions() == null || read.generatorOptions().stableNames())
                .as("a name that changes with the content restarts what reloads by itself")
                .isTrue();
    }

    @Test
    void noFileIsForgotten() {
        Set<Path> named = new TreeSet<>(examples());
        named.add(SECRETS);
        kustomizations()
                .forEach(file -> Manifests.kustomization(file)
                        .named()
                        .map(file::resolveSibling)
                        .map(Path::normalize)
                        .forEach(named::add));

        assertThat(named).containsAll(manifests());
    }

    @Test
    void theBaseHoldsTogether() {
        assertThat(References.problems(base())).isEmpty();
    }

    /** What the checks are worth: each of these must be seen. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            deployment.yaml          | path: /health/live      | path: /health/alive          | probes no path: /health/alive
            deployment.yaml          | path: /health/ready     | path: /health/database       | does not ask ready
            deployment.yaml          | port: http              | port: htttp                  | probes no port: htttp
            deployment.yaml          | secretName: pgvigil-token | secretName: token          | has a volume of nothing: token
            deployment.yaml          | name: tmp               | name: temp                   | mounts no volume: temp
            deployment.yaml          | mountPath: /etc/pgvigil | mountPath: /etc              | reads no file: /etc/pgvigil/pgvigil.yaml
            deployment.yaml          | /run/secrets/pgvigil/token | /run/secrets/pgvigil/key  | reads no file: /run/secrets/pgvigil/key
            deployment.yaml          | runAsNonRoot: true      | runAsNonRoot: false          | may run as root
            deployment.yaml          | readOnlyRootFilesystem: true | readOnlyRootFilesystem: false | can write to its root
            deployment.yaml          | - ALL                   | - NET_RAW                    | keeps capabilities
            deployment.yaml          | serviceAccountName: pgvigil | serviceAccountName: other | names no service account: other
            service.yaml             | targetPort: http        | targetPort: web              | leads to no port: web
            poddisruptionbudget.yaml | matchLabels:\\n      app.kubernetes.io/name: pgvigil | matchLabels:\\n      app.kubernetes.io/name: other | selects no pod
            networkpolicy.yaml       | port: http              | port: web                    | leads to no port: web
            networkpolicy.yaml       | port: 5432              | port: 5433                   | lets nothing out to TCP 5432
            networkpolicy.yaml       | port: 53\\n              | port: 54\\n                   | lets nothing out to UDP 53
            pgvigil.yaml             | ledger.databases/ledger | ledger.databases:6432/ledger | lets nothing out to TCP 6432
            servicemonitor.yaml      | port: http              | port: web                    | scrapes no port: web
            pgvigil.yaml             | secrets/databases/ledger | secrets/databases/other     | reads no file: /run/secrets/databases/other
            """)
    void aMistakeIsSeen(String file, String right, String wrong, String problem) {
        String before = right.replace("\\n", "\n");

        assertThat(References.problems(base(file, before, wrong.replace("\\n", "\n"))))
                .anyMatch(told -> told.contains(problem));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            failureThreshold: 60 | failureTreshold: 60                | failureTreshold
            replicas: 2          | replicas: 2\\n  replicas: 3        | duplicate key replicas
            replicas: 2          | replicas: "2"                      | Cannot coerce String
            name: PGVIGIL_CONFIG | name: 1                            | Cannot coerce Integer
            kind: Deployment     | kind: DeploymentConfig             | no type for apps/v1/DeploymentConfig
            """)
    void aMistakeInAManifestIsSeen(String right, String wrong, String problem) {
        String text = Manifests.text(BASE.resolve("deployment.yaml"));
        String broken = text.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong.replace("\\n", "\n")));

        assertThat(broken).isNotEqualTo(text);
        assertThatThrownBy(() -> Manifests.read(broken)).hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jvm", "native", "demo", "replicas"})
    void anOverlayRenders(String overlay) throws Exception {
        List<HasMetadata> rendered =
                new ArrayList<>(Manifests.read(Rendering.kustomize(ROOT.resolve("overlays/" + overlay))));
        if (!overlay.equals("demo")) {
            rendered.addAll(Manifests.read(SECRETS));
        }

        assertThat(References.problems(rendered)).isEmpty();
        assertThat(images(rendered)).allMatch(image -> image.matches(".+:\\d[\\w.-]*"), "a tag that is a version");
        assertThat(images(rendered))
                .anyMatch(
                        image -> image.contains("/pgvigil:") && image.endsWith("-native") == overlay.equals("native"));
    }

    @Test
    void theMonitorGoesWithAnOverlay() throws Exception {
        Path folder = Files.createDirectories(Path.of("target/kustomize"));
        Files.writeString(folder.resolve("kustomization.yaml"), """
                resources: [../../k8s/overlays/jvm]
                components: [../../k8s/components/service-monitor]
                """);

        assertThat(Manifests.read(Rendering.kustomize(folder)))
                .extracting(HasMetadata::getKind)
                .contains("ServiceMonitor", "Deployment");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleAsksAGroupOfTheBase(Path file) {
        Map<String, String> known = Map.of("service", "pgvigil", "port", "8080", "group", "payments");
        assertThat(Manifests.text(BASE.resolve("service.yaml"))).contains("name: pgvigil", "port: 8080");
        assertThat(Manifests.text(BASE.resolve("pgvigil.yaml"))).contains("groups:\n    payments:");

        assertThat(References.problems(Manifests.read(file))).isEmpty();
        assertThat(GROUP.matcher(Manifests.text(file)).results())
                .isNotEmpty()
                .allSatisfy(
                        url -> assertThat(Map.of("service", url.group(1), "port", url.group(2), "group", url.group(3)))
                                .isEqualTo(known));
    }

    private static Stream<String> images(List<HasMetadata> objects) {
        return objects.stream().flatMap(Pod::of).flatMap(Pod::containers).map(Container::getImage);
    }

    private static List<HasMetadata> base() {
        return base("", "", "");
    }

    /** The base with the Secrets of the example and the monitor; in one file, a text is replaced by another. */
    private static List<HasMetadata> base(String changed, String before, String after) {
        Kustomization base = Manifests.kustomization(BASE.resolve("kustomization.yaml"));
        List<Path> files = new ArrayList<>(List.of(SECRETS, MONITOR));
        orEmpty(base.resources()).forEach(name -> files.add(BASE.resolve(name)));
        List<HasMetadata> objects = new ArrayList<>();
        for (Path file : files) {
            objects.addAll(Manifests.read(text(file, changed, before, after)));
        }
        orEmpty(base.configMapGenerator())
                .forEach(map -> orEmpty(map.files())
                        .forEach(name -> objects.add(new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName(map.name())
                                .endMetadata()
                                .addToData(name, text(BASE.resolve(name), changed, before, after))
                                .build())));
        return objects;
    }

    private static String text(Path file, String changed, String before, String after) {
        String text = Manifests.text(file);
        if (!file.endsWith(changed) || changed.isEmpty()) {
            return text;
        }
        assertThat(text).contains(before);
        return text.replaceFirst(Pattern.quote(before), Matcher.quoteReplacement(after));
    }
}
