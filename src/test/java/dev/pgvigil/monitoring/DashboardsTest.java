package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pgvigil.testing.Generated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboards: made from their sources, complete, and on series that exist. */
class DashboardsTest {

    private static final Set<String> TYPES = Set.of("stat", "timeseries", "table", "bargauge");
    private static final Set<String> KEYS =
            Set.of("title", "type", "unit", "width", "description", "above", "below", "stack", "queries");

    static Stream<Path> sources() {
        return Dashboard.sources();
    }

    @Test
    void dashboardsAreCurrent() throws IOException {
        for (Path source : Dashboard.sources().toList()) {
            Dashboard dashboard = Dashboard.of(source);
            Generated.holds(dashboard.target(), dashboard.json());
        }
        try (Stream<Path> files = Files.list(Path.of("monitoring", "grafana", "dashboards"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".json")))
                    .hasSameSizeAs(Dashboard.sources().toList());
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void everyPanelIsComplete(Path source) {
        List<JsonNode> panels = Dashboard.of(source).panels().toList();
        assertThat(panels).isNotEmpty().allSatisfy(panel -> {
            assertThat(panel.fieldNames()).toIterable().isSubsetOf(KEYS);
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("description").asText()).endsWith(".");
            assertThat(panel.path("type").asText("timeseries")).isIn(TYPES);
            assertThat(panel.path("queries").size()).isPositive();
        });
        assertThat(panels.stream().map(panel -> panel.path("title").asText())).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("sources")
    void everyQueryUsesExistingSeriesAndVariables(Path source) {
        Set<String> existing = Metrics.existing();
        Dashboard dashboard = Dashboard.of(source);
        Set<String> variables = Yaml.elements(Yaml.read(source).path("variables"))
                .map(variable -> "$" + variable.asText())
                .collect(Collectors.toSet());
        assertThat(dashboard.expressions()).isNotEmpty().allSatisfy(expression -> {
            assertThat(existing).as(expression).containsAll(Metrics.of(expression));
            assertThat(expression
                            .replace("$__rate_interval", "")
                            .replaceAll("[^$]*(\\$\\w+)?[^$]*", "$1 ")
                            .split(" ", -1))
                    .filteredOn(variable -> !variable.isEmpty())
                    .isSubsetOf(variables);
        });
    }

    @ParameterizedTest
    @MethodSource("sources")
    void promtoolParsesEveryQuery(Path source) throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n  - name: panels\n    rules:\n");
        int number = 0;
        for (String expression : Dashboard.of(source).expressions()) {
            rules.append("      - record: panel:%d\n        expr: '%s'\n"
                    .formatted(
                            number++,
                            expression.replace("$__rate_interval", "1m").replace("'", "''")));
        }
        Path file = Files.createTempFile("panels", ".yaml");
        try {
            Files.writeString(file, rules);
            Tool.succeeds("promtool", "check", "rules", file.toString());
        } finally {
            Files.delete(file);
        }
    }
}
