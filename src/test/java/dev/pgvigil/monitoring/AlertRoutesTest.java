package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Alertmanager's configuration: example alerts reach the receivers that the table names, and inhibition rules can match. */
class AlertRoutesTest {

    private static final Path FOLDER = Path.of("monitoring", "alertmanager");
    private static final Path CONFIG = FOLDER.resolve("alertmanager.yml");
    private static final Path NOTIFICATION = Path.of("src", "test", "resources", "monitoring", "notification.json");
    private static final Pattern MATCHER = Pattern.compile("(\\w+) (=~|!=|=) \"?([^\"]*)\"?");

    static Stream<JsonNode> table() {
        return Yaml.elements(Yaml.read(FOLDER.resolve("routes.yaml")));
    }

    @Test
    void amtoolAcceptsTheConfiguration() throws Exception {
        Tool.succeeds("amtool", "check-config", CONFIG.toString());
    }

    @ParameterizedTest
    @MethodSource("table")
    void exampleReachesItsReceivers(JsonNode row) throws Exception {
        String receivers =
                Yaml.elements(row.path("receivers")).map(JsonNode::asText).collect(Collectors.joining(","));
        List<String> arguments = new ArrayList<>(List.of(
                "config",
                "routes",
                "test",
                "--config.file=" + CONFIG,
                "--verify.receivers=" + receivers,
                "alertname=" + row.path("alertname").asText()));
        row.path("labels")
                .properties()
                .forEach(label ->
                        arguments.add(label.getKey() + "=" + label.getValue().asText()));
        Tool.succeeds("amtool", arguments.toArray(String[]::new));
    }

    @Test
    void tableHasRealSeveritiesAndEveryReceiver() {
        Map<String, String> severities = Rule.alerts().collect(Collectors.toMap(Rule::name, Rule::severity));
        assertThat(table().filter(row ->
                        severities.containsKey(row.path("alertname").asText())))
                .hasSizeGreaterThan(15)
                .allSatisfy(row -> assertThat(row.at("/labels/severity").asText())
                        .isEqualTo(severities.get(row.path("alertname").asText())));
        assertThat(table().flatMap(row -> Yaml.elements(row.path("receivers")).map(JsonNode::asText))
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(
                        Yaml.elements(Yaml.read(CONFIG).path("receivers"))
                                .map(receiver -> receiver.path("name").asText())
                                .toList());
    }

    @Test
    void routesNameAlertsThatExist() {
        assertThat(Yaml.elements(Yaml.read(CONFIG).at("/route/routes"))
                        .flatMap(route -> named(route.path("matchers")).stream()))
                .isNotEmpty();
    }

    /** Labels missing on both sides count as equal, so that an inhibition would silence strangers. */
    @Test
    void inhibitionsMatchAlertsThatHaveTheLabelsTheyCompare() {
        Map<String, Set<String>> labels = labelsOfAlerts();
        assertThat(Yaml.elements(Yaml.read(CONFIG).path("inhibit_rules")))
                .isNotEmpty()
                .allSatisfy(rule -> {
                    List<String> equal = Yaml.elements(rule.path("equal"))
                            .map(JsonNode::asText)
                            .toList();
                    assertThat(equal).isNotEmpty();
                    assertThat(named(rule.path("source_matchers")))
                            .isNotEmpty()
                            .allSatisfy(alert ->
                                    assertThat(labels.get(alert)).as(alert).containsAll(equal));
                    assertThat(named(rule.path("target_matchers")))
                            .filteredOn(alert -> required(rule.path("target_matchers")).stream()
                                    .allMatch(label ->
                                            labels.getOrDefault(alert, Set.of()).contains(label)))
                            .isNotEmpty()
                            .allSatisfy(alert ->
                                    assertThat(labels.get(alert)).as(alert).containsAll(equal));
                });
    }

    /** The alerts that matchers select by name; every alternative that is spelled out must exist. */
    private static Set<String> named(JsonNode matchers) {
        Set<String> alerts = Rule.alerts().map(Rule::name).collect(Collectors.toSet());
        Set<String> named = new HashSet<>();
        Yaml.elements(matchers).map(JsonNode::asText).map(MATCHER::matcher).forEach(matcher -> {
            assertThat(matcher.matches()).isTrue();
            if (matcher.group(1).equals("alertname") && !matcher.group(2).equals("!=")) {
                for (String alternative : matcher.group(3).split("\\|", -1)) {
                    List<String> matching = alerts.stream()
                            .filter(alert -> alert.matches(alternative))
                            .toList();
                    assertThat(matching).as(alternative).isNotEmpty();
                    named.addAll(matching);
                }
            }
        });
        return named;
    }

    /** The labels that must not be empty. */
    private static Set<String> required(JsonNode matchers) {
        return Yaml.elements(matchers)
                .map(JsonNode::asText)
                .filter(text -> text.endsWith("!= \"\""))
                .map(text -> text.substring(0, text.indexOf(' ')))
                .collect(Collectors.toSet());
    }

    /** As the unit tests of the rules show them. */
    private static Map<String, Set<String>> labelsOfAlerts() {
        return Rule.alerts()
                .map(Rule::tests)
                .distinct()
                .flatMap(file -> Yaml.elements(Yaml.read(file).path("tests")))
                .collect(Collectors.toMap(
                        test -> test.path("name").asText(),
                        test -> Pattern.compile("(\\w+)=\"")
                                .matcher(test.at("/promql_expr_test/0/exp_samples/0/labels")
                                        .asText())
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.toSet()),
                        (healthy, another) -> healthy));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "critical|danger|Respond within 5 minutes.",
                "warning|warning|Respond within 15 minutes.",
                "info|#439fe0|Respond within 1 hour."
            })
    void messagesStateResponseTime(String severity, String color, String response, @TempDir Path folder)
            throws Exception {
        ObjectNode notification = notification();
        ((ObjectNode) notification.path("commonLabels")).put("severity", severity);
        assertThat(render(folder, notification, "text", "pgvigil.color")).isEqualTo(color);
        assertThat(render(folder, notification, "text", "pgvigil.slack.text"))
                .contains(
                        response,
                        "db1:5432 uses 81% of its connections",
                        "/docs/checks/connections|Runbook>",
                        "12:00:00 UTC");
        assertThat(render(folder, notification, "text", "pgvigil.text"))
                .startsWith(response)
                .contains("Target: <b>shop</b>");
    }

    @Test
    void titleStatesSeverityUntilResolved(@TempDir Path folder) throws Exception {
        ObjectNode notification = notification();
        assertThat(render(folder, notification, "text", "pgvigil.title"))
                .isEqualTo("[WARNING] db1:5432 uses 81% of its connections");
        notification.put("status", "resolved");
        assertThat(render(folder, notification, "text", "pgvigil.title"))
                .isEqualTo("[RESOLVED] db1:5432 uses 81% of its connections");
        assertThat(render(folder, notification, "text", "pgvigil.color")).isEqualTo("good");
    }

    @Test
    void mailEscapesLabelsAndTexts(@TempDir Path folder) throws Exception {
        assertThat(render(folder, notification(), "html", "pgvigil.email.html"))
                .contains(
                        "&lt;b&gt;shop&lt;/b&gt;",
                        "&lt;max_connections&gt;",
                        "href=\"https://pgvigil.dev/docs/checks/connections\"")
                .doesNotContain("<b>shop");
    }

    private static ObjectNode notification() throws Exception {
        return (ObjectNode) new ObjectMapper().readTree(Files.readString(NOTIFICATION));
    }

    private static String render(Path folder, JsonNode notification, String type, String template) throws Exception {
        Path data = Files.writeString(folder.resolve("notification.json"), notification.toString());
        return Tool.succeeds(
                        "amtool",
                        "template",
                        "render",
                        "--template.type=" + type,
                        "--template.glob=" + FOLDER.resolve("templates").resolve("*.tmpl"),
                        "--template.text={{ template \"" + template + "\" . }}",
                        "--template.data=" + data)
                .strip();
    }
}
