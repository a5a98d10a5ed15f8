package dev.pgvigil.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The alert rules in {@code monitoring/rules}: valid, on metrics that exist, and each with a page. */
class AlertRulesTest {

    private static final Path RULES = Path.of("monitoring", "rules");
    private static final Pattern METRIC = Pattern.compile("\\bpgvigil_[a-z0-9_]+");
    private static final String RUNBOOK = "https://pgvigil.dev/docs/checks/";

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(RULES)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyAlertIsCompleteAndUsesExistingMetrics(Path file) throws IOException {
        Set<String> metrics = metrics();
        List<JsonNode> rules = rules(file);
        assertThat(rules).isNotEmpty();
        for (JsonNode rule : rules) {
            String expression = rule.path("expr").asText();
            assertThat(METRIC.matcher(expression).results().map(found -> found.group()))
                    .as("%s in %s", rule.path("alert").asText(), file)
                    .isNotEmpty()
                    .allMatch(metrics::contains);
            if (rule.has("alert")) {
                assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
                assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
                assertThat(rule.at("/annotations/description").asText()).isNotBlank();
                String runbook = rule.at("/annotations/runbook_url").asText();
                assertThat(runbook).startsWith(RUNBOOK);
                assertThat(Path.of("docs", "checks", page(runbook))).exists();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void promtoolAcceptsTheRules(Path file) throws Exception {
        Tools.assume("promtool");
        Process process = new ProcessBuilder("promtool", "check", "rules", file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    @Test
    void alertNamesAreUnique() throws IOException {
        List<String> names = files().flatMap(file -> rules(file).stream())
                .map(rule -> rule.path("alert").asText(rule.path("record").asText()))
                .toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    /** Those of the reference, which is made on a plain primary, and those that checks export on others. */
    private static Set<String> metrics() throws IOException {
        try (Stream<Path> checks = Files.walk(Path.of("src/main/java/dev/pgvigil/check"))) {
            return Stream.concat(
                            Stream.of(Path.of("docs", "reference", "metrics.md")), checks.filter(Files::isRegularFile))
                    .flatMap(file -> METRIC.matcher(read(file)).results().map(MatchResult::group))
                    .collect(Collectors.toSet());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String page(String runbook) {
        String page = runbook.substring(RUNBOOK.length());
        int anchor = page.indexOf('#');
        return (anchor < 0 ? page : page.substring(0, anchor)) + ".md";
    }

    private static List<JsonNode> rules(Path file) {
        try {
            Object yaml = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
            return new ObjectMapper()
                    .valueToTree(yaml).findValues("rules").stream()
                            .flatMap(rules -> Stream.iterate(0, i -> i < rules.size(), i -> i + 1)
                                    .map(rules::get))
                            .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
