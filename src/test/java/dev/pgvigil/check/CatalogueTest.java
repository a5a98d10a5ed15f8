package dev.pgvigil.check;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.target.Threshold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a check comes with: a page, a test, alert rules, and a case of the fault corpus for each finding. */
class CatalogueTest {

    /** Findings without a case, and why none can be built on a server. */
    private static final Map<String, String> WITHOUT_CASE = Map.of(
            "capabilities/version", "the tests have no server older than 14 or newer than 18",
            "host/cpu", "needs saturated processors for five minutes; HostTest has it",
            "host/oom-kill", "stays for 15 minutes after a kill; HostTest has it",
            "databases/unlisted", "needs 2,000 databases",
            "databases/left-out", "needs 1,000 databases",
            "backups/*", "is of repositories; VerificationTest and BackupsResourceTest have it",
            "notifications/*", "is of receivers of alerts; AlertMonitorTest has it",
            "trends/anomaly", "is of weeks of history; TrendFindingsTest has it",
            "trends/*", "is of weeks of history; TrendFindingsTest and StoredHistoryTest have it",
            "slo/*", "is of objectives, which need hours; SimulatedMonthTest and KilledServerTest have it");

    private static final Path RULES = Path.of("monitoring", "rules");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    private static final Set<String> KEYS = FindingKeys.all();
    private static final List<Fault> FAULTS =
            Corpus.all().stream().flatMap(corpus -> corpus.faults().stream()).toList();
    private static final List<Check<?>> CHECKS = Catalogues.all();

    static List<Check<?>> checks() {
        return CHECKS;
    }

    @ParameterizedTest
    @MethodSource("checks")
    void hasDocumentationPage(Check<?> check) throws IOException {
        assertThat(check.name()).matches("[a-z]+(-[a-z]+)*");
        String page = page(check);
        assertThat(page).startsWith("# " + check.name());
        for (Threshold limit : check.thresholds()) {
            assertThat(limit.check()).isEqualTo(check.name());
            assertThat(page).contains("`" + limit.name() + "`");
        }
        assertThat(page).contains("every " + interval(check));
    }

    @Test
    void listsEveryCheckOnceByUniqueName() throws IOException {
        Set<String> names = new HashSet<>();
        checks().forEach(check -> assertThat(names.add(check.name())).isTrue());
        assertThat(names).contains("heartbeat", "blocking");
        try (var pages = Files.list(Path.of("docs/checks"))) {
            assertThat(pages.map(page -> page.getFileName().toString().replace(".md", "")))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @ParameterizedTest
    @MethodSource("checks")
    void hasTest(Check<?> check) {
        Path test = Path.of("src/test/java", check.getClass().getName().replace('.', '/') + "Test.java");
        assertThat(test).exists();
    }

    /** A check without rules of its own names the alert that fires for its findings. */
    @ParameterizedTest
    @MethodSource("checks")
    void hasAlertRulesIfItHasFindings(Check<?> check) throws IOException {
        boolean has = Files.exists(RULES.resolve(check.name() + ".yaml"));
        if (keysOf(check).isEmpty()) {
            assertThat(has).as("rules on what is no finding").isFalse();
        } else if (!has) {
            Set<String> alerts = alerts();
            assertThat(Pattern.compile("`(Pgvigil\\w+)`")
                            .matcher(page(check))
                            .results()
                            .map(name -> name.group(1)))
                    .as("alerts on the page of %s", check.name())
                    .isNotEmpty()
                    .allMatch(alerts::contains);
        }
    }

    @Test
    void everyFindingHasCorpusCase() {
        Set<String> without = KEYS.stream()
                .filter(key -> FAULTS.stream().noneMatch(fault -> matches(key, fault.finding())))
                .collect(toSet());
        assertThat(without).containsExactlyInAnyOrderElementsOf(WITHOUT_CASE.keySet());
    }

    @Test
    void everyCorpusCaseIsOfFindingThatExists() {
        assertThat(FAULTS)
                .allSatisfy(fault -> assertThat(KEYS).as(fault.name()).anyMatch(key -> matches(key, fault.finding())));
    }

    @Test
    void findsKeysInTheSource() {
        assertThat(KEYS)
                .contains(
                        "blocking/waiting", // literal
                        "statements/spill", // component of a record
                        "wraparound/multixacts", // parameter
                        "replication/subscriber-lag", // either of two
                        "custom-sql/failed/*",
                        "*/unanswered")
                .hasSizeGreaterThan(100);
    }

    private static Set<String> keysOf(Check<?> check) {
        return KEYS.stream().filter(key -> key.startsWith(check.name() + "/")).collect(toSet());
    }

    /** Whether a case is of this key, where {@code *} stands for any text. */
    private static boolean matches(String key, String finding) {
        return Pattern.matches(
                Stream.of(key.split("\\*", -1))
                        .map(Pattern::quote)
                        .reduce((a, b) -> a + ".+" + b)
                        .orElse(""),
                finding);
    }

    private static Set<String> alerts() throws IOException {
        Set<String> alerts = new HashSet<>();
        try (Stream<Path> files = Files.list(RULES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ALERT.matcher(Files.readString(file))
                        .results()
                        .map((MatchResult name) -> name.group(1))
                        .forEach(alerts::add);
            }
        }
        return alerts;
    }

    private static String page(Check<?> check) throws IOException {
        return Files.readString(Path.of("docs/checks", check.name() + ".md"));
    }

    private static String interval(Check<?> check) {
        long milliseconds = check.policy().interval().toMillis();
        return milliseconds % 60_000 == 0
                ? milliseconds / 60_000 + " min"
                : milliseconds % 1000 == 0 ? milliseconds / 1000 + " s" : milliseconds + " ms";
    }
}
