package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.custom.CustomSql;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.target.TargetsSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objectives in formats of others, as files beside the configuration. */
class SloDocumentsTest {

    @TempDir
    private Path folder;

    private LoadedConfig load(String... documents) throws IOException {
        Catalogue catalogue = new Catalogue(List.of(new Heartbeat(), new CustomSql()));
        for (String document : documents) {
            Path source = Path.of("src/test/resources/slo", document);
            if (Files.exists(source)) {
                Files.copy(source, folder.resolve(document));
            }
        }
        Path file = Files.writeString(folder.resolve("pgvigil.yaml"), """
                pgvigil:
                  targets:
                    shop: { url: "postgresql://pgvigil@db1.internal/shop", tags: { team: payments } }
                    slow: { url: "postgresql://pgvigil@db2.internal/slow", checks: { heartbeat: { every: 30s } } }
                  checks:
                    custom-sql:
                      queries:
                        bookings:
                          query: select 12 as today
                          metrics: [{ today: { usage: GAUGE, description: Bookings } }]
                  slos:
                    documents: %s
                """.formatted(List.of(documents)));
        return LoadedConfig.file(file, Map.of(), new TargetsSection(catalogue), new SlosSection(catalogue));
    }

    private List<Slo> accepted(String document) throws IOException {
        LoadedConfig config = load(document);
        assertThat(config.problems()).isEmpty();
        return config.settings().orElseThrow().get(SlosSection.class).all();
    }

    @Test
    void readsOpenSlo() throws IOException {
        List<Slo> slos = accepted("openslo.yaml");

        assertThat(slos).extracting(Slo::name).containsExactly("shop-up-1", "shop-up-2", "shop-fast", "shop-sells");
        assertThat(slos).extracting(Slo::ratio).containsExactly(0.999, 0.995, 0.95, 0.95);
        assertThat(slos)
                .extracting(Slo::window)
                .containsExactly(BudgetWindow.D28, BudgetWindow.D28, BudgetWindow.D7, BudgetWindow.D30);
        assertThat(slos)
                .extracting(Slo::indicator)
                .containsExactly(
                        Indicator.AVAILABILITY, Indicator.AVAILABILITY, Indicator.LATENCY, Indicator.CUSTOM_SQL);
        assertThat(slos.get(2).threshold()).isEqualTo(Duration.ofMillis(150));
        assertThat(slos.get(3).goal()).isEqualTo(new MetricGoal("bookings_today", false, 10));
        assertThat(slos)
                .allMatch(slo ->
                        slo.selects(SampleSlos.target("shop")) || !slo.tags().isEmpty());
        assertThat(slos).noneMatch(slo -> slo.selects(SampleSlos.target("slow")));
    }

    @Test
    void readsSlothAsFileAndAsResource() throws IOException {
        List<Slo> slos = accepted("sloth.yaml");

        assertThat(slos).extracting(Slo::name).containsExactly("shop-requests-availability", "shop-queries");
        assertThat(slos).extracting(Slo::ratio).containsExactly(0.999, 0.995);
        assertThat(slos).extracting(Slo::indicator).containsExactly(Indicator.AVAILABILITY, Indicator.QUERY_SUCCESS);
        assertThat(slos.getFirst().labels()).isEqualTo(Map.of("owner", "payments", "tier", "1"));
        assertThat(PrometheusRules.of(new Slos(slos, List.of(), null))).contains("          owner: 'payments'");
    }

    @Test
    void refusesWhatCannotBeMappedWithFileLineKeyAndReason() throws IOException {
        String problems =
                String.join("\n", load("refused.yaml").problems()).replace("\"refused.yaml\"", "refused.yaml");

        assertThat(problems)
                .contains(
                        "refused.yaml:1: apiVersion: must be openslo/v1",
                        "refused.yaml:6: kind: cannot be mapped: pgvigil has burn-rate rules of its own",
                        "refused.yaml:13: metadata.name: a name has 1 to 63 lower-case letters",
                        "refused.yaml:20: spec.indicator.spec.ratioMetric.good: pgvigil measures a share",
                        "refused.yaml:22: spec.indicator.spec.ratioMetric.total: pgvigil measures a share",
                        "refused.yaml:25: spec.timeWindow.1.duration: must be 7d, 1w, 28d, 4w or 30d, not \"1M\"",
                        "refused.yaml:26: spec.timeWindow.1.calendar: a window that begins with the calendar",
                        "refused.yaml:27: spec.budgetingMethod: must be Occurrences",
                        "refused.yaml:28: spec.alertPolicies: pgvigil has burn-rate rules of its own",
                        "refused.yaml:30: spec.objectives.1.timeSliceTarget: pgvigil counts seconds",
                        "refused.yaml:30: spec.objectives.1.surprise: ",
                        "refused.yaml:38: slos.1.sli.events: is a query for Prometheus",
                        "refused.yaml:41: slos.1.alerting.labels: pgvigil's alerts have labels of their own",
                        "refused.yaml:42: slos.1.alerting.page_alert.disable: rules of an objective cannot be switched off",
                        "refused.yaml:44: apiVersion: is neither a document of OpenSLO")
                .doesNotContain("spec.conditions");
    }

    @Test
    void refusesObjectiveOfADocumentThatCannotBeMeasured() throws IOException {
        Files.writeString(folder.resolve("coarse.yaml"), """
                version: prometheus/v1
                service: all
                slos:
                  - { name: up, objective: 99.9, sli: { plugin: { id: pgvigil, options: { type: availability } } } }
                """);

        assertThat(load("coarse.yaml").problems())
                .singleElement()
                .asString()
                .contains("\"coarse.yaml\":4: slos.1: cannot be measured on slow: it is measured every 30s");
    }

    @Test
    void refusesNameThatIsTakenAndFileThatIsNotThere() throws IOException {
        Files.writeString(folder.resolve("twice.yaml"), """
                version: prometheus/v1
                service: all
                slos:
                  - { name: up, objective: 99, sli: { plugin: { id: pgvigil, options: { targets: shop } } } }
                  - { name: up, objective: 99, sli: { plugin: { id: pgvigil, options: { targets: shop } } } }
                """);

        assertThat(load("twice.yaml").problems())
                .singleElement()
                .asString()
                .contains("\"twice.yaml\":5: slos.2: the name all-up is taken");
        assertThat(load("none.yaml").problems()).singleElement().asString().contains("does not exist");
    }
}
