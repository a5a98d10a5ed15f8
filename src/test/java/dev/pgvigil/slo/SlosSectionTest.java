package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.custom.CustomSql;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlosSectionTest {

    @TempDir
    private Path folder;

    private LoadedConfig load(String slos) throws IOException {
        return load(slos, "");
    }

    private LoadedConfig load(String slos, String checks) throws IOException {
        Catalogue catalogue = new Catalogue(List.of(new Heartbeat(), new CustomSql()));
        Path file = Files.writeString(folder.resolve("pgvigil.yaml"), """
                pgvigil:
                  targets:
                    shop: { url: "postgresql://pgvigil@db1.internal/shop", tags: { team: payments } }
                    slow:
                      url: "postgresql://pgvigil@db2.internal/slow"
                      checks: { heartbeat: { every: 30s } }
                """ + checks + """
                  slos:
                """ + slos.indent(4));
        return LoadedConfig.file(file, Map.of(), new TargetsSection(catalogue), new SlosSection(catalogue));
    }

    private Slos accepted(String slos) throws IOException {
        LoadedConfig config = load(slos);
        assertThat(config.problems()).isEmpty();
        return config.settings().orElseThrow().get(SlosSection.class);
    }

    private String refused(String slos) throws IOException {
        assertThat(load(slos).problems()).hasSize(1);
        return load(slos).problems().getFirst();
    }

    @Test
    void defaultsAreAvailabilityOfThreeNinesOverThirtyDays() throws IOException {
        Slo slo = accepted("objectives: { up: { targets: shop } }").all().getFirst();

        assertThat(slo.indicator()).isEqualTo(Indicator.AVAILABILITY);
        assertThat(slo.ratio()).isEqualTo(0.999);
        assertThat(slo.budget()).isEqualTo(0.001);
        assertThat(slo.window()).isEqualTo(BudgetWindow.D30);
        assertThat(slo.selects(SampleSlos.target("shop"))).isTrue();
        assertThat(slo.selects(SampleSlos.target("slow"))).isFalse();
    }

    @Test
    void readsEveryKey() throws IOException {
        Slos slos = accepted("""
                state-file: /var/lib/pgvigil/slos
                objectives:
                  fast: { type: latency, objective: 95%, threshold: 150ms, window: 7d, tags: { team: payments } }
                  fresh: { type: replication-freshness, objective: 99.5%, window: 28d }
                maintenance:
                  - { from: "2027-01-01T00:00:00Z", until: "2027-01-01T02:00:00Z", targets: "sh*", reason: upgrade }
                """);

        assertThat(slos.stateFile()).isEqualTo("/var/lib/pgvigil/slos");
        assertThat(slos.all())
                .extracting(Slo::indicator, Slo::threshold, Slo::window)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Indicator.LATENCY, Duration.ofMillis(150), BudgetWindow.D7),
                        org.assertj.core.groups.Tuple.tuple(
                                Indicator.REPLICATION_FRESHNESS, Duration.ofSeconds(30), BudgetWindow.D28));
        Maintenance maintenance = slos.maintenance().getFirst();
        assertThat(maintenance.covers("shop", Instant.parse("2027-01-01T01:59:59Z")))
                .isTrue();
        assertThat(maintenance.covers("shop", Instant.parse("2027-01-01T02:00:00Z")))
                .isFalse();
        assertThat(maintenance.covers("blog", Instant.parse("2027-01-01T01:00:00Z")))
                .isFalse();
    }

    @Test
    void refusesObjectiveWhosePageCanNeverFire() throws IOException {
        assertThat(refused("objectives: { low: { objective: 90%, targets: shop } }"))
                .endsWith(
                        "pgvigil.slos.objectives.low: can never page: 90 % leaves a budget of 10 %, a page over 1h needs 14.40"
                                + " times that, 144 % of the time; the objective must be above 93.056 %");
    }

    @Test
    void refusesObjectiveThatHeartbeatsCannotMeasure() throws IOException {
        assertThat(refused("objectives: { high: { objective: 99.9% } }"))
                .endsWith(
                        "pgvigil.slos.objectives.high: cannot be measured on slow: it is measured every 30s, so one failure is 30.00 s,"
                                + " 1.1574 % of the budget of 30d; 51.84 s in 1h page, which are fewer than 3 failures; the interval must be"
                                + " shorter than 25.92 s, or the objective at most 99.884 %");
    }

    @Test
    void refusesFiveNinesBecauseASecondIsTheFinestMeasure() throws IOException {
        assertThat(refused("objectives: { higher: { objective: 99.999%, targets: shop } }"))
                .contains("so one failure is 1.000 s", "shorter than 0.2592 s");
    }

    @Test
    void readsObjectiveOnAMetricOfAQuery() throws IOException {
        LoadedConfig config = metric("type: custom-sql, metric: bookings_today, at-most: 10.5");

        assertThat(config.problems()).isEmpty();
        Slo slo = config.settings().orElseThrow().get(SlosSection.class).all().getFirst();
        assertThat(slo.goal()).isEqualTo(new MetricGoal("bookings_today", true, 10.5));
        Target shop = config.settings()
                .orElseThrow()
                .get(TargetsSection.class)
                .entries()
                .getFirst();
        assertThat(slo.interval(shop, new Catalogue(List.of(new Heartbeat(), new CustomSql()))))
                .contains(Duration.ofSeconds(30));
    }

    private LoadedConfig metric(String keys) throws IOException {
        return load("objectives: { sells: { objective: 99%%, %s } }".formatted(keys), """
                  checks:
                    custom-sql:
                      queries:
                        bookings:
                          query: select 12 as today
                          interval: 30s
                          metrics: [{ today: { usage: GAUGE, description: Bookings } }]
                """);
    }

    @Test
    void refusesMetricsThatNoQueryHasAndBoundsThatAreMissing() throws IOException {
        assertThat(metric("type: custom-sql, metric: bookings_yesterday, at-least: 1")
                        .problems())
                .singleElement()
                .asString()
                .endsWith("no query of checks.custom-sql has the metric bookings_yesterday; there are bookings_today");
        assertThat(metric("type: custom-sql, metric: bookings_today").problems())
                .singleElement()
                .asString()
                .endsWith("needs either at-most or at-least");
        assertThat(metric("type: custom-sql, at-most: 1").problems())
                .singleElement()
                .asString()
                .endsWith("needs metric, such as bookings_today");
        assertThat(metric("metric: bookings_today").problems())
                .singleElement()
                .asString()
                .endsWith("is for the type custom-sql");
    }

    @Test
    void refusesOtherWindowsThresholdsAndNames() throws IOException {
        assertThat(refused("objectives: { up: { window: 10d, targets: shop } }"))
                .endsWith("must be 7d, 28d or 30d");
        assertThat(refused("objectives: { up: { threshold: 1s, targets: shop } }"))
                .endsWith("is for the types latency and replication-freshness");
        assertThat(refused("objectives: { rules: { targets: shop } }")).contains("is not rules");
        assertThat(
                        refused(
                                "maintenance: [ { from: \"2027-01-01T00:00:00Z\", until: \"2027-01-01T00:00:00Z\", reason: x } ]"))
                .endsWith("needs from, a later until, and a reason");
    }

    @Test
    void factorsOfEachWindow() {
        assertThat(BudgetWindow.D30.rules())
                .extracting(BurnRule::factor)
                .map(SlosSectionTest::rounded)
                .containsExactly(14.4, 6.0, 3.0, 1.0);
        assertThat(BudgetWindow.D28.rules())
                .extracting(BurnRule::factor)
                .map(SlosSectionTest::rounded)
                .containsExactly(13.44, 5.6, 2.8, 0.9333);
        assertThat(BudgetWindow.D7.rules())
                .extracting(BurnRule::factor)
                .map(SlosSectionTest::rounded)
                .containsExactly(13.44, 3.5, 1.4, 0.98);
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
