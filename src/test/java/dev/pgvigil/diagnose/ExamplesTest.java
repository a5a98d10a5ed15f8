package dev.pgvigil.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.health.ProbedServers;
import dev.pgvigil.kubernetes.Manifests;
import dev.pgvigil.testing.Tools;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of {@code examples/}, run against the service. */
@Tag("service")
@QuarkusTest
@TestProfile(ProbedServers.Profile.class)
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("examples");

    @TempDir
    private Path folder;

    /** How a command ended. */
    private record Outcome(int code, String output) {}

    @BeforeEach
    void healthy() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RestAssured.get("/api/v1/prerequisites").statusCode() == 200);
    }

    @Test
    void initContainerEndsWhenDatabasesAreReady() throws Exception {
        Tools.assume("curl");
        Outcome outcome = run(command("init-container-gate.yaml", true), Map.of("TARGETS", "shop,blog"));

        assertThat(outcome.output()).contains("\"overall_status\":\"passed\"");
        assertThat(outcome.code()).isZero();
    }

    @Test
    void initContainerFailsForUnknownTarget() throws Exception {
        Tools.assume("curl");
        List<String> once = command("init-container-gate.yaml", true).stream()
                .map(argument -> argument.replace("--retry 100 ", "--retry 0 "))
                .toList();
        Outcome outcome = run(once, Map.of("TARGETS", "shop,nope"));

        assertThat(outcome.output()).contains("nope");
        assertThat(outcome.code()).isNotZero();
    }

    @Test
    void smokeJobPassesAndNamesWhatFails() throws Exception {
        Tools.assume("curl");
        List<String> command = command("smoke-job.yaml", false).stream()
                .map(argument -> argument.replace("/tmp/", folder + "/"))
                .toList();
        Outcome passed = run(command, Map.of("TARGETS", "shop,blog"));
        assertThat(passed.output()).contains("A connection to blog can be opened");
        assertThat(passed.code()).isZero();
        assertThat(run(command, Map.of("TARGETS", "nope")).code()).isNotZero();
    }

    @Test
    void flowRunsWhenDatabasesAreReady() throws Exception {
        Tools.assume("python3");
        Outcome outcome =
                run(List.of("python3", EXAMPLES.resolve("gated_flow.py").toString(), "shop", "blog"), Map.of());

        assertThat(outcome.output()).contains("shop: passed", "blog: passed", "extract, transform, load");
        assertThat(outcome.code()).isZero();
    }

    @Test
    void flowDoesNotRunForUnknownTarget() throws Exception {
        Tools.assume("python3");
        Outcome outcome =
                run(List.of("python3", EXAMPLES.resolve("gated_flow.py").toString(), "nope"), Map.of());

        assertThat(outcome.output()).contains("404").doesNotContain("extract");
        assertThat(outcome.code()).isEqualTo(2);
    }

    @Test
    void flowDoesNotRunWherePgvigilDoesNotAnswer() throws Exception {
        Tools.assume("python3");
        Outcome outcome = run(
                List.of("python3", EXAMPLES.resolve("gated_flow.py").toString(), "shop"),
                Map.of("PGVIGIL_URL", "http://127.0.0.1:1", "PATIENCE_SECONDS", "0"));

        assertThat(outcome.output()).contains("does not answer").doesNotContain("extract");
        assertThat(outcome.code()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"init-container-gate.yaml", "smoke-job.yaml"})
    void manifestsHaveOnlyFieldsThatKubernetesKnows(String file) {
        assertThat(Manifests.read(EXAMPLES.resolve(file)))
                .hasOnlyElementsOfType(Job.class)
                .hasSize(1);
    }

    private static List<String> command(String file, boolean init) {
        Job job = (Job) Manifests.read(EXAMPLES.resolve(file)).getFirst();
        PodSpec pod = job.getSpec().getTemplate().getSpec();
        return (init ? pod.getInitContainers() : pod.getContainers()).getFirst().getCommand();
    }

    private Outcome run(List<String> command, Map<String, String> environment) throws Exception {
        Path output = Files.createTempFile(folder, "output", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("PGVIGIL_URL", "http://127.0.0.1:" + RestAssured.port);
        builder.environment().put("PGVIGIL_TOKEN", "");
        builder.environment().put("PATIENCE_SECONDS", "10");
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(90, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("the command ends").isTrue();
        return new Outcome(process.exitValue(), Files.readString(output));
    }
}
