package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The generated rules, by Prometheus' own tool. */
class PrometheusRulesTest {

    private static final Slo UP = SampleSlos.availability(0.999, BudgetWindow.D30);
    private static final Slo FAST = new Slo(
            "fast",
            Indicator.LATENCY,
            Duration.ofMillis(200),
            null,
            0.95,
            BudgetWindow.D7,
            List.of(),
            Map.of("team", "payments"),
            Map.of("owner", "it's \"ours\""),
            null);

    @TempDir
    private Path folder;

    private Path written() throws IOException {
        return Files.writeString(
                folder.resolve("rules.yaml"), PrometheusRules.of(new Slos(List.of(UP, FAST), List.of(), null)));
    }

    @Test
    void promtoolAcceptsTheRules() throws Exception {
        assertThat(promtool("check", "rules", written().toString())).contains("28 rules found");
    }

    @Test
    void rulesWithoutObjectivesAreAnEmptyFile() {
        Object yaml = new Load(LoadSettings.builder().build()).loadFromString(PrometheusRules.of(Slos.NONE));

        assertThat(yaml).isEqualTo(Map.of("groups", List.of()));
    }

    /** One second in a hundred is bad: what pgvigil computes from its rings, Prometheus computes from the counters. */
    @Test
    void prometheusComputesTheSameBurnRates() throws Exception {
        Objective objective = new Objective(UP.measured(), UP.window());
        ObjectiveStatus status = null;
        for (long second = 0; second < 4 * 86_400; second++) {
            Second what = second % 100 == 0 ? Second.BAD : Second.GOOD;
            status = objective.record(UP, SampleSlos.target("shop"), second, what, false);
        }
        assertThat(status).isNotNull();
        StringBuilder tests = new StringBuilder("""
                rule_files: [%s]
                evaluation_interval: 100s
                tests:
                  - interval: 100s
                    input_series:
                      - series: 'pgvigil_slo_seconds_total{slo="availability", target="shop", result="bad"}'
                        values: 0+1x3456
                      - series: 'pgvigil_slo_seconds_total{slo="availability", target="shop", result="excluded"}'
                        values: 0x3456
                    promql_expr_test:
                """.formatted(written()));
        for (Span span : List.of(Span.H1, Span.H2, Span.H6, Span.D1, Span.D3)) {
            double rate = status.burn().rate(span);
            tests.append("""
                          - expr: abs(pgvigil:slo_burn_rate:increase%s{target="shop"} / %s - 1) < bool 0.03
                            eval_time: 4d
                            exp_samples: [{labels: '{slo="availability", target="shop"}', value: 1}]
                    """.formatted(span, String.format(Locale.ROOT, "%.6f", rate)));
        }

        Path file = Files.writeString(folder.resolve("test.yaml"), tests.toString());

        assertThat(promtool("test", "rules", file.toString())).contains("SUCCESS");
    }

    private static String promtool(String... arguments) throws IOException, InterruptedException {
        Tools.assume("promtool");
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
