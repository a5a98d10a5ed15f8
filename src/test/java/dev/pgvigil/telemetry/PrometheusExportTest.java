package dev.pgvigil.telemetry;

import static dev.pgvigil.telemetry.Scraping.facts;
import static dev.pgvigil.telemetry.Scraping.failed;
import static dev.pgvigil.telemetry.Scraping.link;
import static dev.pgvigil.telemetry.Scraping.observed;
import static dev.pgvigil.telemetry.Scraping.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Overhead;
import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Problem;
import dev.pgvigil.monitor.SnapshotPublisher;
import dev.pgvigil.postgres.ConnectionState;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.self.FirstPass;
import dev.pgvigil.self.ProcessHealth;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusExportTest {

    private static final Server SERVER = new Server("db1", 5432, "pgvigil", null, Tls.PREFER);
    private static final Target SHOP = Target.of("shop", SERVER, "shop");

    private final Scraping scraping = new Scraping(
            new Sample("heartbeat", Scope.SERVER, (now, gauges) -> {}),
            new Sample("connections", Scope.SERVER, (now, gauges) -> {
                gauges.gauge("pgvigil_connections", "Connections.", now, "state", "idle");
                gauges.gauge("pgvigil_connections", "Connections.", now, "state", "active");
            }),
            new Sample(
                    "tables",
                    Scope.DATABASE,
                    (now, gauges) -> gauges.counter(
                            "pgvigil_rows_total", "Rows.", now, "schemaname", "public", "relname", "a\"b\\c\nd")),
            new Sample("clumsy", Scope.DATABASE, (now, gauges) -> {
                gauges.gauge("pgvigil_twice", "Twice.", 1);
                gauges.gauge("pgvigil_twice", "Twice.", 2);
                gauges.gauge("pgvigil_not\na_name", "Bad.", 2);
                throw new IllegalStateException("broken");
            }));

    @Test
    void emptyFleetExportsOwnSeries() throws IOException {
        Exposition exposition = scraping.scrape();

        assertThat(exposition.value("pgvigil_build_info{version=\"1.2.3\"}")).isEqualTo(1);
        assertThat(exposition.value("pgvigil_series_dropped_total{cause=\"duplicate\"}"))
                .isZero();
        assertThat(exposition.types()).containsEntry("pgvigil_check_failures_total", "counter");
        assertThat(exposition.series().keySet()).noneMatch(series -> series.contains("target="));
    }

    @Test
    void countsRejectedReload() throws IOException {
        assertThat(scraping.scrape().value("pgvigil_config_reload_success")).isEqualTo(1);

        Problem problem = new Problem("pgvigil.targets", 3, "none");
        scraping.configuration = new Configuration.State(
                "pgvigil.yaml", Instant.ofEpochSecond(1_700_000_000), Instant.now(), List.of(problem), 4, 1);
        Exposition exposition = scraping.scrape();

        assertThat(exposition.value("pgvigil_config_reload_success")).isZero();
        assertThat(exposition.value("pgvigil_config_reload_timestamp_seconds")).isEqualTo(1_700_000_000);
        assertThat(exposition.value("pgvigil_config_reloads_total")).isEqualTo(4);
        assertThat(exposition.value("pgvigil_config_reload_failures_total")).isEqualTo(1);
    }

    @Test
    void exportsOwnState() throws IOException {
        Exposition exposition = scraping.scrape();
        assertThat(exposition.value("pgvigil_event_loop_lag_seconds{loop=\"0\"}"))
                .isEqualTo(0.25);
        assertThat(exposition.value("pgvigil_watch_silence_seconds")).isEqualTo(2);
        assertThat(exposition.value("pgvigil_threads_deadlocked")).isZero();

        scraping.vitals = new ProcessHealth(
                List.of(), null, Duration.ZERO, List.of("one", "other"), new FirstPass(0, 0, Duration.ZERO));
        exposition = scraping.scrape();
        assertThat(exposition.series()).doesNotContainKey("pgvigil_watch_silence_seconds");
        assertThat(exposition.value("pgvigil_threads_deadlocked")).isEqualTo(2);
    }

    @Test
    void exportsEveryFailureReasonFromStart() throws IOException {
        scraping.tally.count("tables", failed(Failure.Reason.TLS));
        scraping.tally.count("tables", observed(3));
        scraping.tally.count("no such check", failed(Failure.Reason.TLS));
        Exposition exposition = scraping.scrape();

        for (String reason :
                List.of("connect", "capacity", "auth", "timeout", "permission", "unsupported", "query", "local")) {
            assertThat(exposition.value("pgvigil_check_failures_total{check=\"tables\",reason=\"" + reason + "\"}"))
                    .isZero();
        }
        assertThat(exposition.value("pgvigil_check_failures_total{check=\"tables\",reason=\"tls\"}"))
                .isEqualTo(1);
        assertThat(exposition.value("pgvigil_check_passes_total{check=\"tables\"}"))
                .isEqualTo(2);
    }

    @Test
    void exportsStatusAndFindingsOfTarget() throws IOException {
        put(state(SHOP, Status.DEGRADED, Map.of()), Map.of("heartbeat", observed(1)));
        Exposition exposition = scraping.scrape();

        String labels = "{datname=\"shop\",region=\"\",server=\"db1:5432\",status=\"%s\",target=\"shop\"}";
        assertThat(exposition.value("pgvigil_target_status" + labels.formatted("degraded")))
                .isEqualTo(1);
        for (String other : List.of("healthy", "unknown", "unhealthy")) {
            assertThat(exposition.value("pgvigil_target_status" + labels.formatted(other)))
                    .isZero();
        }
        String finding =
                "pgvigil_target_findings{datname=\"shop\",server=\"db1:5432\",severity=\"%s\",target=\"shop\"}";
        assertThat(exposition.value(finding.formatted("high"))).isEqualTo(1);
        assertThat(exposition.value(finding.formatted("low"))).isZero();
    }

    @Test
    void targetWithStaleHeartbeatIsUnknown() throws IOException {
        put(state(SHOP, Status.HEALTHY, Map.of()), Map.of());
        String unknown =
                "pgvigil_target_status{datname=\"shop\",region=\"\",server=\"db1:5432\",status=\"unknown\",target=\"shop\"}";

        assertThat(scraping.scrape().value(unknown)).isEqualTo(1);
        assertThat(scraping.scrape().series()).doesNotContainKey("pgvigil_server_up{server=\"db1:5432\"}");
    }

    @Test
    void labelsMetricsByServerAndDatabase() throws IOException {
        put(
                state(SHOP, Status.HEALTHY, Map.of("tables", observed(7), "unheard", observed(1))),
                Map.of("heartbeat", observed(1), "connections", observed(42)));
        Exposition exposition = scraping.scrape();

        assertThat(exposition.value("pgvigil_connections{server=\"db1:5432\",state=\"idle\"}"))
                .isEqualTo(42);
        assertThat(exposition.value("pgvigil_rows_total{datname=\"shop\",relname=\"a\"b\\c\nd\","
                        + "schemaname=\"public\",server=\"db1:5432\",target=\"shop\"}"))
                .isEqualTo(7);
        assertThat(exposition.value(
                        "pgvigil_check_success{check=\"tables\",datname=\"shop\",server=\"db1:5432\",target=\"shop\"}"))
                .isEqualTo(1);
        assertThat(exposition.value("pgvigil_check_duration_seconds{check=\"connections\",server=\"db1:5432\"}"))
                .isEqualTo(0.25);
        assertThat(exposition.value("pgvigil_server_up{server=\"db1:5432\"}")).isEqualTo(1);
    }

    @Test
    void exportsNoMetricsOfFailedCheck() throws IOException {
        put(
                state(SHOP, Status.UNHEALTHY, Map.of("tables", new Outcome.Skipped<>(Instant.now(), "no grant"))),
                Map.of("heartbeat", failed(Failure.Reason.TIMEOUT), "connections", failed(Failure.Reason.CONNECT)));
        Exposition exposition = scraping.scrape();

        assertThat(exposition.series().keySet())
                .noneMatch(series -> series.startsWith("pgvigil_connections{") || series.startsWith("pgvigil_rows"));
        assertThat(exposition.value("pgvigil_server_up{server=\"db1:5432\"}")).isZero();
        assertThat(exposition.value("pgvigil_check_success{check=\"connections\",server=\"db1:5432\"}"))
                .isZero();
        String skipped = "{check=\"tables\",datname=\"shop\",server=\"db1:5432\",target=\"shop\"}";
        assertThat(exposition.value("pgvigil_check_skipped" + skipped)).isEqualTo(1);
        assertThat(exposition.series()).doesNotContainKey("pgvigil_check_success" + skipped);
    }

    @Test
    void failingCheckLosesOnlyItsOwnSeries() throws IOException {
        put(
                state(SHOP, Status.HEALTHY, Map.of("clumsy", observed(1), "tables", observed(7))),
                Map.of("heartbeat", observed(1)));
        Exposition exposition = scraping.scrape();

        assertThat(exposition.value("pgvigil_twice{datname=\"shop\",server=\"db1:5432\",target=\"shop\"}"))
                .isEqualTo(1);
        assertThat(exposition.types()).containsKey("pgvigil_rows_total");
        for (String cause : List.of("duplicate", "invalid", "error")) {
            assertThat(exposition.value("pgvigil_series_dropped_total{cause=\"" + cause + "\"}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void mergesRolesOfOneServer() throws IOException {
        Server other = new Server("db1", 5432, "auditor", null, Tls.PREFER);
        Snapshot snapshot = SnapshotPublisher.with(
                SnapshotPublisher.with(
                        SnapshotPublisher.EMPTY,
                        SnapshotPublisher.server(SERVER, null, link(3), Map.of("connections", observed(8)))),
                SnapshotPublisher.server(other, facts(), link(4), Map.of("connections", failed(Failure.Reason.AUTH))));
        SnapshotPublisher.put(scraping.fleet, snapshot);
        Exposition exposition = scraping.scrape();

        assertThat(exposition.value("pgvigil_server_connections_open{server=\"db1:5432\"}"))
                .isEqualTo(7);
        assertThat(exposition.value("pgvigil_connections{server=\"db1:5432\",state=\"idle\"}"))
                .isEqualTo(8);
        assertThat(exposition.value("pgvigil_server_info{role=\"primary\",server=\"db1:5432\",version=\"18.4\"}"))
                .isEqualTo(1);
        assertThat(exposition.value("pgvigil_series_dropped_total{cause=\"duplicate\"}"))
                .isZero();
    }

    @Test
    void overheadIncludesFailedRole() throws IOException {
        var other = new Outcome.Observed<>(
                Instant.EPOCH, Duration.ZERO, new ConnectionState(1, 0, 1, 0, 0, 0.25, 2.5, 30, 4));
        Server auditor = new Server("db1", 5432, "auditor", null, Tls.PREFER);
        Snapshot both = SnapshotPublisher.with(
                SnapshotPublisher.with(
                        SnapshotPublisher.EMPTY,
                        SnapshotPublisher.server(SERVER, null, link(1), Map.of("overhead", cost(link(1))))),
                SnapshotPublisher.server(auditor, null, link(1), Map.of("overhead", other)));
        Failure refused = Failure.of(Failure.Reason.AUTH, "no");
        Snapshot one = SnapshotPublisher.with(
                both,
                SnapshotPublisher.server(
                        auditor,
                        null,
                        link(1),
                        Map.of("overhead", new Outcome.Failed<>(Instant.now(), Duration.ZERO, refused, other))));

        for (Snapshot snapshot : List.of(both, one)) {
            Scraping scraping = new Scraping(new Overhead());
            SnapshotPublisher.put(scraping.fleet, snapshot);
            Exposition exposition = scraping.scrape();

            assertThat(exposition.value("pgvigil_overhead_seconds_total{server=\"db1:5432\"}"))
                    .isEqualTo(4);
            assertThat(exposition.value("pgvigil_overhead_statements_total{server=\"db1:5432\"}"))
                    .isEqualTo(130);
            assertThat(exposition.value("pgvigil_overhead_ratio{server=\"db1:5432\"}"))
                    .isEqualTo(0.251);
            assertThat(exposition.value("pgvigil_overhead_stretch_ratio{server=\"db1:5432\"}"))
                    .isEqualTo(4);
        }
    }

    private static Outcome<ConnectionState> cost(ConnectionState link) {
        return new Outcome.Observed<>(Instant.now(), Duration.ZERO, link);
    }

    @Test
    void escapesHostileNames() throws IOException, InterruptedException {
        List<String> names = List.of(
                "a\nb",
                "\"quoted\"",
                "back\\slash",
                "\\n",
                "{target=\"x\"} 1",
                "# TYPE x",
                "ä".repeat(31),
                "🐘",
                "\0\r",
                " ");
        Snapshot snapshot = SnapshotPublisher.EMPTY;
        for (String name : names) {
            Server server = new Server(name, 5432, name, null, Tls.PREFER);
            Target target = new Target(
                    name,
                    server,
                    name,
                    name,
                    ExpectedRole.ANY,
                    Map.of(name, name),
                    Thresholds.DEFAULTS,
                    Map.of(),
                    null);
            snapshot = SnapshotPublisher.with(
                    SnapshotPublisher.with(snapshot, state(target, Status.HEALTHY, Map.of("tables", observed(1)))),
                    SnapshotPublisher.server(server, facts(), link(1), Map.of("connections", observed(1))));
        }
        SnapshotPublisher.put(scraping.fleet, snapshot);
        Exposition exposition = scraping.scrape();

        for (String name : names.subList(0, 8)) {
            assertThat(exposition.series().keySet())
                    .contains("pgvigil_check_success{check=\"tables\",datname=\"%s\",server=\"%s:5432\",target=\"%s\"}"
                            .formatted(name, name, name));
        }
        assertThat(exposition.series().keySet().stream().filter(series -> series.startsWith("pgvigil_target_info")))
                .hasSize(names.size());
        Promtool.check(scraping.text(TextFormat.CONTENT_TYPE_004));
    }

    @Test
    void cutsTagNamesAndKeepsFirstOfEqualOnes() throws IOException {
        String cut = "a".repeat(96);
        Target target = new Target(
                "shop",
                SERVER,
                "shop",
                "",
                ExpectedRole.ANY,
                Map.of(cut + "bbbb", "one", cut + "cccc", "two"),
                Thresholds.DEFAULTS,
                Map.of(),
                null);
        put(state(target, Status.HEALTHY, Map.of()), Map.of());

        assertThat(scraping.scrape().series().keySet().stream()
                        .filter(series -> series.startsWith("pgvigil_target_info")))
                .singleElement()
                .asString()
                .contains("tag_" + cut + "=\"one\"")
                .doesNotContain("two");
    }

    @Test
    void openMetricsEndsWithEof() throws IOException {
        put(state(SHOP, Status.HEALTHY, Map.of("tables", observed(7))), Map.of("connections", observed(42)));
        String text = scraping.text(TextFormat.CONTENT_TYPE_OPENMETRICS_100);

        assertThat(text)
                .contains("# TYPE pgvigil_rows counter\n")
                .contains("\npgvigil_rows_total{")
                .contains("# TYPE pgvigil_connections gauge\n")
                .endsWith("# EOF\n");
    }

    private void put(TargetState target, Map<String, Outcome<?>> ofServer) {
        Snapshot snapshot = SnapshotPublisher.with(
                SnapshotPublisher.EMPTY,
                SnapshotPublisher.server(target.target().server(), facts(), link(2), ofServer));
        SnapshotPublisher.put(scraping.fleet, SnapshotPublisher.with(snapshot, target));
    }
}
