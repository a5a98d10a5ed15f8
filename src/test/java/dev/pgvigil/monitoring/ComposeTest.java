package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.testing.PgServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of {@code monitoring/} that containers read, held against each other. */
class ComposeTest {

    private static final Path FOLDER = Path.of("monitoring");
    private static final Pattern ADDRESS = Pattern.compile("\\b([a-z][a-z-]+):\\d{4,5}\\b");

    private static JsonNode compose() {
        return Yaml.read(FOLDER.resolve("compose.yaml"));
    }

    @Test
    void everyMountedFileExists() {
        List<String> mounts = compose().path("services").properties().stream()
                .flatMap(service -> Yaml.elements(service.getValue().path("volumes")))
                .map(JsonNode::asText)
                .filter(volume -> volume.startsWith("./"))
                .toList();
        assertThat(mounts)
                .hasSizeGreaterThan(5)
                .allSatisfy(volume ->
                        assertThat(FOLDER.resolve(volume.split(":", -1)[0])).exists());
    }

    /** Whom Prometheus scrapes, and where Grafana, the log collector and the trace collector send or read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "prometheus/prometheus.yml",
                "grafana/provisioning/datasources/datasources.yaml",
                "tracing/otel-collector.yaml",
                "compose.yaml"
            })
    void everyAddressIsAService(String file) {
        Set<String> services = compose().path("services").properties().stream()
                .map(service -> service.getKey())
                .collect(Collectors.toSet());
        assertThat(ADDRESS.matcher(withoutImages(Yaml.read(FOLDER.resolve(file))))
                        .results()
                        .map(MatchResult::group))
                .isNotEmpty()
                .allMatch(address -> services.contains(address.split(":", -1)[0]) || address.startsWith("localhost"));
    }

    private static String withoutImages(JsonNode node) {
        return node.toString().replaceAll("\"image\":\"[^\"]*\"", "");
    }

    /** Each query runs where it would be used; those on tables of an application, on such tables. */
    @ParameterizedTest
    @ValueSource(strings = {"queries", "business-booking", "business-shop", "business-ci"})
    void everyQueryForPostgresExporterRuns(String file) {
        PgServer server = PgServer.shared(PgServer.majors().getFirst());
        List<String> queries = Yaml.read(FOLDER.resolve("postgres").resolve(file + ".yaml")).properties().stream()
                .map(query -> query.getValue().path("query").asText())
                .toList();
        assertThat(queries).hasSizeGreaterThan(1);
        server.sqlIn(
                "postgres",
                Stream.of(
                                Stream.of(
                                        "begin",
                                        "create table bookings (status text, created_at timestamptz)",
                                        "create table slots (starts_at timestamptz, capacity int, booked int)",
                                        "create table orders (status text, total_cents bigint, created_at timestamptz)",
                                        "create table stock (product_id int, quantity int)",
                                        "create table builds (status text, queued_at timestamptz, started_at timestamptz,"
                                                + " finished_at timestamptz)",
                                        "create table test_runs (passed bool, at timestamptz)"),
                                queries.stream(),
                                Stream.of("rollback"))
                        .flatMap(statements -> statements)
                        .toArray(String[]::new));
    }
}
