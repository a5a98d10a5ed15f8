package dev.pgvigil.kubernetes;

import static dev.pgvigil.kubernetes.Manifests.ROOT;
import static dev.pgvigil.kubernetes.Manifests.SECRETS;
import static dev.pgvigil.kubernetes.Manifests.orEmpty;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The stack of {@code monitoring/} in Kubernetes: the programs, files and ports of {@code monitoring/compose.yaml}. */
class MonitoringOverlayTest {

    private static final Path MONITORING = Path.of("monitoring");
    private static final Path MANIFESTS = MONITORING.resolve("kubernetes");
    private static final Pattern ADDRESS = Pattern.compile("\\b([a-z][a-z-]+):(\\d{4,5})\\b");

    /** What the API server takes at most for the data of a ConfigMap. */
    private static final int LARGEST = 1024 * 1024;

    static Stream<Path> manifests() throws Exception {
        try (Stream<Path> files = Files.list(MANIFESTS)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void everyFieldIsKnown(Path file) {
        assertThat(Manifests.read(file)).isNotEmpty();
    }

    @Test
    void everyFileIsInTheKustomization() throws Exception {
        List<String> named = Manifests.kustomization(MONITORING.resolve("kustomization.yaml"))
                .named()
                .toList();

        assertThat(named)
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(MONITORING.resolve(name)).isRegularFile());
        assertThat(named)
                .containsAll(files("rules"))
                .containsAll(files("prometheus/rules"))
                .containsAll(files("grafana/dashboards"))
                .containsAll(files("grafana/provisioning/datasources"))
                .containsAll(files("grafana/provisioning/dashboards"))
                .containsAll(files("alertmanager/templates"));
        assertThat(manifests().map(file -> MONITORING.relativize(file).toString()))
                .allMatch(file -> named.contains(file) || file.endsWith("/secrets.example.yaml"));
    }

    private static List<String> files(String folder) throws Exception {
        try (Stream<Path> files = Files.list(MONITORING.resolve(folder))) {
            return files.filter(file -> Files.isRegularFile(file)
                            && !file.getFileName().toString().startsWith("."))
                    .map(file -> MONITORING.relativize(file).toString())
                    .toList();
        }
    }

    /** The same programs in the same versions, with the same arguments, save for the file that names what it scrapes or reads. */
    @Test
    void programsAreThoseOfCompose() {
        Map<String, Container> pods = new TreeMap<>();
        manifestObjects()
                .flatMap(Pod::of)
                .flatMap(Pod::containers)
                .forEach(container -> pods.put(container.getName(), container));
        JsonNode services = compose();

        assertThat(services.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(pods.keySet());
        pods.forEach((name, container) -> {
            JsonNode service = services.path(name);
            assertThat(container.getImage())
                    .as(name)
                    .isEqualTo(service.path("image").asText());
            assertThat(withoutFile(orEmpty(container.getArgs()).stream()))
                    .as(name)
                    .isEqualTo(withoutFile(strings(service.path("command"))));
            assertThat(orEmpty(container.getPorts()).stream().map(port -> String.valueOf(port.getContainerPort())))
                    .as(name)
                    .containsAll(strings(service.path("ports"))
                            .map(port -> port.substring(port.lastIndexOf(':') + 1))
                            // In Kubernetes it reads files: nobody sends to it.
                            .filter(port -> !name.equals("fluent-bit"))
                            .toList());
        });
    }

    private static List<String> withoutFile(Stream<String> arguments) {
        return arguments
                .filter(argument -> !argument.matches(
                        "--?config.*kubernetes.*|--config.file=/etc/monitoring.*" + "|--config=/etc/fluent-bit.*"))
                .toList();
    }

    /** Whom Prometheus asks, and where Grafana and the collectors read or send: a Service with that port, which leads to a port. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "prometheus/kubernetes.yml",
                "grafana/provisioning/datasources/datasources.yaml",
                "tracing/otel-collector.yaml"
            })
    void everyAddressIsAService(String file) {
        List<String> ports = Stream.concat(
                        manifestObjects(), Manifests.read(ROOT.resolve("base/service.yaml")).stream())
                .filter(Service.class::isInstance)
                .map(Service.class::cast)
                .flatMap(service -> service.getSpec().getPorts().stream()
                        .map(ServicePort::getPort)
                        .map(port -> service.getMetadata().getName() + ":" + port))
                .toList();

        assertThat(ADDRESS.matcher(Manifests.text(MONITORING.resolve(file)).replaceAll("(?m)#.*$", ""))
                        .results()
                        .map(hit -> hit.group())
                        .filter(address -> !address.startsWith("localhost:")))
                .isNotEmpty()
                .isSubsetOf(ports);
    }

    @Test
    void fluentBitSendsWhatComposeSends() {
        JsonNode compose = fluentBit("fluent-bit.yaml");
        JsonNode kubernetes = fluentBit("fluent-bit-kubernetes.yaml");

        assertThat(kubernetes.path("service")).isEqualTo(compose.path("service"));
        assertThat(kubernetes.path("parsers")).isEqualTo(compose.path("parsers"));
        assertThat(kubernetes.at("/pipeline/outputs")).isEqualTo(compose.at("/pipeline/outputs"));
    }

    private static JsonNode fluentBit(String file) {
        return yaml(MONITORING.resolve("logging").resolve(file));
    }

    /** Two exceptions, and why: Prometheus lists the Pods that it scrapes; the logs of a node belong to root. */
    @Test
    void overlayHoldsTogether() throws Exception {
        List<HasMetadata> rendered =
                new ArrayList<>(Manifests.read(Rendering.kustomize(ROOT.resolve("overlays/monitoring"))));
        rendered.addAll(Manifests.read(SECRETS));
        rendered.addAll(Manifests.read(MANIFESTS.resolve("secrets.example.yaml")));

        assertThat(References.problems(rendered))
                .containsExactlyInAnyOrder(
                        "Deployment/prometheus has a token for Kubernetes' API",
                        "DaemonSet/fluent-bit may run as root");
        assertThat(of(rendered, ConfigMap.class))
                .allSatisfy(map -> assertThat(map.getData().values().stream()
                                .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                                .sum())
                        .as(map.getMetadata().getName())
                        .isLessThan(LARGEST));
        Subject subject =
                of(rendered, ClusterRoleBinding.class).getFirst().getSubjects().getFirst();
        assertThat(of(rendered, ServiceAccount.class))
                .anyMatch(account -> account.getMetadata().getName().equals(subject.getName())
                        && account.getMetadata().getNamespace().equals(subject.getNamespace()));
        assertSameFiles(rendered, "prometheus", "rules", "prometheus/rules");
        assertSameFiles(rendered, "grafana", "grafana/dashboards");
    }

    /** The container finds the files where compose mounts the folder, below /etc/monitoring. */
    private static void assertSameFiles(List<HasMetadata> rendered, String container, String... folders)
            throws Exception {
        Pod pod = rendered.stream()
                .flatMap(Pod::of)
                .filter(one -> one.owner().equals("Deployment/" + container))
                .findFirst()
                .orElseThrow();
        Map<String, String> found =
                new Mounts(pod, rendered).files(pod.containers().findFirst().orElseThrow());
        for (String folder : folders) {
            for (String file : files(folder)) {
                assertThat(found).containsEntry("/etc/monitoring/" + file, Manifests.text(MONITORING.resolve(file)));
            }
        }
    }

    private static <T extends HasMetadata> List<T> of(List<HasMetadata> objects, Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static Stream<HasMetadata> manifestObjects() {
        try {
            return manifests().flatMap(file -> Manifests.read(file).stream());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The services of compose.yaml without pgvigil, which has manifests of its own. */
    private static JsonNode compose() {
        ObjectNode services =
                (ObjectNode) yaml(MONITORING.resolve("compose.yaml")).path("services");
        return services.without("pgvigil");
    }

    private static Stream<String> strings(JsonNode list) {
        return IntStream.range(0, list.size())
                .mapToObj(place -> list.path(place).asText());
    }

    private static JsonNode yaml(Path file) {
        return new ObjectMapper()
                .valueToTree(new Load(LoadSettings.builder().build()).loadFromString(Manifests.text(file)));
    }
}
