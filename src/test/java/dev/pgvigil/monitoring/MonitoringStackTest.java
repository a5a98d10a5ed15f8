package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.backup.BackedUpServer;
import dev.pgvigil.telemetry.Exporting;
import dev.pgvigil.telemetry.FleetFile;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.Tools;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack of {@code monitoring/} around a pgvigil that watches a real server. */
@Tag("service")
@QuarkusTest
@TestProfile(MonitoringStackTest.Profile.class)
class MonitoringStackTest {

    static final String TOKEN = "token-of-the-stack-0123456789";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int CHECKS = 13;

    /** Panels that have no data here, by a series of their query, and why. */
    private static final Map<String, String> WITHOUT_DATA = Map.of(
            "pgvigil_replication_lag_seconds", "the server is no standby",
            "pgvigil_replication_slot_retained_bytes", "the server has no slots",
            "probe_ssl_earliest_cert_expiry", "nothing here has TLS",
            "queryid:pgvigil_statement_exec_seconds:mean5m", "needs two passes of the check statements");

    /** Metrics of other programs that are not exported here, and why. */
    private static final Map<String, String> NOT_EXPORTED = Map.of(
            "probe_ssl_earliest_cert_expiry", "nothing here has TLS",
            "node_pressure_io_stalled_seconds_total", "not every kernel has pressure stall information",
            "node_nf_conntrack_entries", "not every kernel tracks connections",
            "node_nf_conntrack_entries_limit", "not every kernel tracks connections",
            "jvm_gc_pause_seconds_sum", "after the first collection");

    /** Set by {@link Exporting}. */
    private @Nullable FleetFile fleet;

    public static final class Profile implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Exporting.class));
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "pgvigil.token", TOKEN, "pgvigil.host", "127.0.0.1", "pgvigil.cors-origins", "https://ops.example");
        }
    }

    @Test
    void everyRuleIsEvaluatedAndEveryPanelHasData(@TempDir Path home) throws Exception {
        try (Stack stack = Stack.start(home, RestAssured.port);
                BackedUpServer source = BackedUpServer.start(PgServer.majors().getLast(), home.resolve("repository"))) {
            restoresABackup(source, home);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(() -> assertThat(without(stack))
                            .as("not scraped: %s", stack.down())
                            .isEmpty());

            assertThat(Yaml.elements(stack.rules()).flatMap(group -> Yaml.elements(group.path("rules"))))
                    .hasSizeGreaterThan(150)
                    .allSatisfy(rule -> assertThat(rule.path("health").asText())
                            .as(
                                    "%s: %s",
                                    rule.path("name").asText(),
                                    rule.path("lastError").asText())
                            .isEqualTo("ok"));
            Set<String> exported =
                    Yaml.elements(stack.names()).map(JsonNode::asText).collect(Collectors.toSet());
            assertThat(exported)
                    .containsAll(Metrics.foreign().stream()
                            .filter(name -> !NOT_EXPORTED.containsKey(name) && !away(stack, name))
                            .toList());
            if (!stack.alertmanagerRuns()) {
                assertThat(System.getenv("PGVIGIL_REQUIRE_TOOLS")).isNotEqualTo("true");
                abort(
                        "Alertmanager does not start: Debian's needs its templates in /usr/share/prometheus/alertmanager");
            }
            await().atMost(PATIENCE)
                    .until(() -> Yaml.elements(stack.alerts())
                            .anyMatch(alert ->
                                    alert.at("/labels/alertname").asText().equals("Watchdog")));
            assertThat(stack.receiver().await("Watchdog", "firing", 0, PATIENCE))
                    .hasValueSatisfying(sent -> assertThat(sent.receiver()).isEqualTo("dead-man"));
            aFrozenServerIsToldToThePager(stack);
        } finally {
            fleet().restore();
        }
    }

    /** A server with a base backup that pgvigil has restored, archived WAL, and a copy of both. */
    private void restoresABackup(BackedUpServer source, Path home) {
        source.tar("tar", true);
        source.insert(3001);
        source.insert(3002);
        source.archiveNow();
        Path copy = BackedUpServer.copyOf(source.folder(), home.resolve("copy"));
        PgServer server = source.server();
        fleet().add(
                        "backed-up: { url: \"postgresql://%s@%s/postgres?sslmode=disable\" }"
                                .formatted(
                                        server.server().user(), server.server().id()),
                        """
                          backups:
                            scratch: %s
                            programs: { "%d": %s }
                            scan-every: 1s
                            repositories:
                              main: { path: %s, target: backed-up, retention: { daily: 1 } }
                              second: { path: %s, copy-of: main, drill: false }
                        """.formatted(
                                home.resolve("scratch"), server.major(), source.programs(), source.folder(), copy));
        await().atMost(PATIENCE)
                .until(
                        () -> api().get("/api/v1/backups").jsonPath().getList("repositories[0].backups"),
                        list -> list != null && list.size() == 1);
        int run = api().contentType("application/json")
                .body("{}")
                .post("/api/v1/backups/main/verifications")
                .jsonPath()
                .getInt("id");
        await().atMost(PATIENCE)
                .until(() -> "done"
                        .equals(api().get("/api/v1/backups/runs")
                                .jsonPath()
                                .getString("runs.find { it.id == " + run + " }.state")));
    }

    private static RequestSpecification api() {
        return RestAssured.given().header("Authorization", "Bearer " + TOKEN);
    }

    private void aFrozenServerIsToldToThePager(Stack stack) throws InterruptedException {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            String up = "pgvigil_server_up{server=\"%s\"} == 1"
                    .formatted(server.server().id());
            fleet().add("frozen: { url: \"postgresql://%s@%s/postgres?sslmode=disable\" }"
                    .formatted(server.server().user(), server.server().id()));
            await().atMost(PATIENCE).until(() -> !stack.query(up).isEmpty());
            server.freeze();
            assertThat(stack.receiver().await("PgvigilServerDown", "firing", 0, PATIENCE))
                    .hasValueSatisfying(sent -> assertThat(sent.receiver()).isEqualTo("pager"));
            server.thaw();
            assertThat(stack.receiver().await("PgvigilServerDown", "resolved", 0, PATIENCE))
                    .isPresent();
        } finally {
            fleet().restore();
        }
    }

    private FleetFile fleet() {
        return Objects.requireNonNull(fleet);
    }

    /** The expressions that have no data and are not excused. */
    private static Set<String> without(Stack stack) {
        return Dashboard.sources()
                .flatMap(source -> Dashboard.of(source).expressions().stream())
                .filter(expression -> Metrics.of(expression).stream()
                        .noneMatch(name -> WITHOUT_DATA.containsKey(name) || away(stack, name)))
                .filter(expression -> stack.query(Dashboard.withAll(expression)).isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean away(Stack stack, String name) {
        return name.startsWith("alertmanager_") && !stack.alertmanagerRuns();
    }

    @Test
    void smokeTestsPass() throws Exception {
        String report = smoke("http://127.0.0.1:" + RestAssured.port, 0, TOKEN);
        assertThat(report.lines().filter(line -> line.matches("(ok|FAIL|skip) +\\d+ .*")))
                .hasSize(CHECKS);
        assertThat(report).contains("12 passed, 0 failed, 1 skipped", "no TLS");
    }

    @Test
    void smokeTestsFailWithAWrongToken() throws Exception {
        assertThat(smoke("http://127.0.0.1:" + RestAssured.port, 1, "another"))
                .contains("FAIL  6 the API answers valid JSON", "status 401");
    }

    @Test
    void smokeTestsFailWithoutAServer() throws Exception {
        assertThat(smoke("http://127.0.0.1:1", 1, TOKEN)).contains("0 passed, 12 failed, 1 skipped");
        assertThat(smoke("nonsense", 2, TOKEN)).contains("usage:");
    }

    private static String smoke(String url, int exit, String token) throws IOException, InterruptedException {
        Tools.assume("curl");
        ProcessBuilder builder =
                new ProcessBuilder("sh", "monitoring/synthetic/smoke-tests.sh", url).redirectErrorStream(true);
        builder.environment().put("PGVIGIL_TOKEN", token);
        builder.environment().put("PGVIGIL_SMOKE_ORIGIN", "https://ops.example");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(exit);
        return output;
    }

    @Test
    void shellcheckAcceptsTheSmokeTests() throws Exception {
        Tool.succeeds("shellcheck", "monitoring/synthetic/smoke-tests.sh");
    }

    @Test
    void exportersAcceptTheirFiles() throws Exception {
        Tool.succeeds(
                "prometheus-blackbox-exporter", "--config.check", "--config.file=monitoring/synthetic/blackbox.yml");
        Tool.succeeds("promtool", "check", "config", "monitoring/prometheus/prometheus.yml");
    }
}
