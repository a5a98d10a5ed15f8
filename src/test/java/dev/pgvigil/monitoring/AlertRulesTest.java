package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.testing.Generated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules in {@code monitoring/}: valid, on metrics that exist, each alert with a page and with tests. */
class AlertRulesTest {

    private static final String RUNBOOK = "https://pgvigil.dev/docs/";
    private static final Pattern LABEL = Pattern.compile("\\$labels\\.([a-z_]+)");
    private static final Pattern CAMEL_CASE = Pattern.compile("[A-Z][A-Za-z]{0,39}");

    static Stream<Path> files() {
        return Rule.files();
    }

    static Stream<Path> filesWithAlerts() {
        return Rule.alerts().map(Rule::file).distinct();
    }

    static Stream<Path> testFiles() {
        return Rule.files().map(Rule::tests);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyRuleUsesExistingMetrics(Path file) {
        Set<String> existing = Metrics.existing();
        assertThat(Rule.in(file))
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(existing)
                        .as("%s: %s", rule.name(), rule.expression())
                        .containsAll(Metrics.of(rule.expression())));
    }

    @ParameterizedTest
    @MethodSource("filesWithAlerts")
    void everyAlertIsCompleteAndHasAPage(Path file) {
        assertThat(Rule.in(file)).allSatisfy(rule -> {
            assertThat(rule.name()).matches(CAMEL_CASE);
            assertThat(rule.severity()).isIn(rule.name().equals("Watchdog") ? "none" : "info", "warning", "critical");
            assertThat(rule.annotation("summary")).isNotBlank();
            assertThat(rule.annotation("description")).isNotBlank();
            assertThat(rule.node().has("for") || rule.expression().contains("increase("))
                    .isTrue();
            assertPageExists(rule);
        });
    }

    private static void assertPageExists(Rule rule) throws IOException {
        String runbook = rule.annotation("runbook_url");
        assertThat(runbook).startsWith(RUNBOOK);
        String[] page = runbook.substring(RUNBOOK.length()).split("#", 2);
        Path file = Path.of("docs", page[0] + ".md");
        assertThat(file).exists();
        if (page.length > 1) {
            assertThat(Files.readString(file).toLowerCase(Locale.ROOT)).contains("\n## " + page[1] + "\n");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void promtoolAcceptsTheRules(Path file) throws Exception {
        Tool.succeeds("promtool", "check", "rules", file.toString());
    }

    @Test
    void namesAreUnique() {
        assertThat(Rule.all().map(Rule::name)).doesNotHaveDuplicates();
    }

    @Test
    void pagesHaveNoAlertThatDoesNotExist() throws IOException {
        Set<String> alerts = Rule.alerts().map(Rule::name).collect(Collectors.toSet());
        for (String page : List.of("pgvigil", "infrastructure", "business")) {
            assertThat(Files.readAllLines(Path.of("docs", "operations", page + ".md")).stream()
                            .filter(line -> line.startsWith("## "))
                            .map(line -> line.substring(3)))
                    .isNotEmpty()
                    .isSubsetOf(alerts);
        }
    }

    @Test
    void listOfAlertsIsCurrent() throws IOException {
        String rows = Rule.alerts()
                .sorted(Comparator.comparing(Rule::name))
                .map(rule ->
                        "| [%s](%s) | %s | %s |\n".formatted(rule.name(), link(rule), rule.severity(), meaning(rule)))
                .collect(Collectors.joining());
        Generated.holds(Path.of("docs", "operations", "runbook.md"), """
                <!-- Made from monitoring/ by make docs. -->
                # Runbook

                Every alert, and the page with its meaning, diagnosis and repair. [Incident response](incident-response.md) states what to do
                first, [on call](on-call.md) how soon.

                | Alert | Severity | Meaning |
                |---|---|---|
                """ + rows);
    }

    private static String link(Rule rule) {
        String[] page =
                rule.annotation("runbook_url").substring(RUNBOOK.length()).split("#", 2);
        String file = page[0].startsWith("operations/") ? page[0].substring("operations/".length()) : "../" + page[0];
        return file + ".md" + (page.length > 1 ? "#" + page[1] : "");
    }

    /** The summary, with the names of labels for their values. */
    private static String meaning(Rule rule) {
        return rule.annotation("summary")
                .replaceAll("\\{\\{ \\$labels\\.(\\w+) }}", "*$1*")
                .replaceAll("\\{\\{ \\$value[^}]*}}", "…");
    }

    @ParameterizedTest
    @MethodSource("testFiles")
    void promtoolPassesTheTests(Path file) throws Exception {
        assertThat(file).exists();
        Tool.succeeds("promtool", "test", "rules", file.toString());
    }

    /** A test is named as its alert, and expects it with every label that its annotations use. */
    @ParameterizedTest
    @MethodSource("filesWithAlerts")
    void everyAlertHasATestInWhichItFires(Path file) {
        assertThat(Rule.in(file)).allSatisfy(rule -> {
            JsonNode expected = test(file, rule.name()).at("/promql_expr_test/0");
            assertThat(expected.path("expr").asText())
                    .isEqualTo("ALERTS{alertname=\"%s\", alertstate=\"firing\"}", rule.name());
            String labels = expected.at("/exp_samples/0/labels").asText();
            assertThat(labels).contains("alertname=\"" + rule.name() + "\"", "severity=\"" + rule.severity() + "\"");
            assertThat(LABEL.matcher(rule.annotation("summary") + rule.annotation("description"))
                            .results())
                    .extracting(label -> label.group(1))
                    .allMatch(label -> labels.contains(label + "=\""), "is a label of " + labels);
        });
    }

    /** The test {@code healthy} has a value for every metric of the file, and expects that nothing ever fires. */
    @ParameterizedTest
    @MethodSource("filesWithAlerts")
    void healthyInputHasEveryMetricAndFiresNothing(Path file) {
        JsonNode healthy = test(file, "healthy");
        Set<String> given = Yaml.elements(healthy.path("input_series"))
                .map(series -> series.path("series").asText().replaceFirst("\\{.*", ""))
                .collect(Collectors.toSet());
        assertThat(given)
                .containsAll(Rule.in(file)
                        .flatMap(rule -> Metrics.of(rule.expression()).stream())
                        .toList());
        assertThat(healthy.at("/promql_expr_test/0/expr").asText())
                .matches("last_over_time\\(ALERTS\\{(alertname!=\"Watchdog\", )?alertstate=\"firing\"}\\[\\w+]\\)");
        assertThat(healthy.at("/promql_expr_test/0/exp_samples").isEmpty()).isTrue();
    }

    private static JsonNode test(Path rules, String name) {
        return Yaml.elements(Yaml.read(Rule.tests(rules)).path("tests"))
                .filter(test -> test.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(Rule.tests(rules) + " has no test " + name));
    }

    @Test
    void findsTheMetricsOfAnExpression() {
        assertThat(Metrics.of("sum by (job, le) (rate(a_total{x=~\"b|c\"}[5m] offset 1w)) > 2e3 * 5 and on (x) d:e:f"))
                .containsExactlyInAnyOrder("a_total", "d:e:f");
        assertThat(LABEL.matcher("{{ $labels.server }}").results().map(MatchResult::group))
                .isNotEmpty();
    }
}
