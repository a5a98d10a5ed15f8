package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.LoadedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExemptionReaderTest {

    private final TargetsSection section = new TargetsSection(new SampleChecks());

    @TempDir
    private Path folder;

    @Test
    void exemptsNoSessionByDefault() throws IOException {
        assertThat(exemptions("{ every: 1s }")).isEmpty();
    }

    @Test
    void readsEveryKey() throws IOException {
        assertThat(exemptions("""
                { exempt: [{ application: "leader-*", reason: leader election }, { role: etl, reason: nightly load }] }"""))
                .containsExactly(
                        new Exemption(new Glob("leader-*"), null, "leader election"),
                        new Exemption(null, new Glob("etl"), "nightly load"));
    }

    @Test
    void usesExemptionsOfFleetByDefault() throws IOException {
        LoadedConfig loaded = load("""
                pgvigil:
                  checks: { blocking: { exempt: { role: etl, reason: nightly load } } }
                  targets:
                    a: { url: postgresql://u@db1/d }
                    b: { url: postgresql://u@db2/d, checks: { blocking: { every: 1s } } }
                    c: { url: postgresql://u@db3/d, checks: { blocking: { exempt: [] } } }
                """);

        assertThat(targets(loaded))
                .extracting(target -> target.exemptions("blocking").size())
                .containsExactly(1, 1, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "blocking | [{ reason: x }] | exempt.1: needs application or role: whose sessions are exempted",
                "blocking | [{ role: etl }] | exempt.1: needs a reason: it is shown wherever the exemption counts",
                "blocking | [{ role: etl, reason: ' ' }] | exempt.1.reason: must have 1 to 200 characters",
                "blocking | [{ role: '', reason: x }] | exempt.1.role: must have 1 to 200 characters",
                "blocking | [{ rolle: etl, reason: x }] | exempt.1: needs application or role: whose sessions are exempted",
                "connections | [{ role: etl, reason: x }] | exempt: unknown key; allowed are enabled, every",
            })
    void rejectsInvalidEntry(String check, String list, String message) throws IOException {
        assertThat(load(yaml("{ exempt: " + list + " }", check)).problems())
                .anySatisfy(
                        problem -> assertThat(problem).endsWith("pgvigil.targets.a.checks." + check + "." + message));
    }

    @ParameterizedTest
    @CsvSource({
        "leader-*, , leader-1, app, true",
        "leader-*, , worker, app, false",
        "leader-*, , , app, false",
        ", app, worker, app, true",
        ", app, worker, , false",
        "leader-*, app, leader-1, app, true",
        "leader-*, app, leader-1, other, false",
    })
    void matchesSessionByAllPatterns(
            @Nullable String application,
            @Nullable String role,
            @Nullable String applicationName,
            @Nullable String usename,
            boolean matches) {
        Exemption exemption = new Exemption(
                application == null ? null : new Glob(application), role == null ? null : new Glob(role), "x");

        assertThat(exemption.matches(applicationName, usename)).isEqualTo(matches);
    }

    private List<Exemption> exemptions(String blocking) throws IOException {
        return targets(load(yaml(blocking, "blocking"))).getFirst().exemptions("blocking");
    }

    private static List<Target> targets(LoadedConfig loaded) {
        assertThat(loaded.problems()).isEmpty();
        return loaded.settings().orElseThrow().get(TargetsSection.class).entries();
    }

    private static String yaml(String settings, String check) {
        return "pgvigil:\n  targets:\n    a: { url: postgresql://u@db1/d, checks: { %s: %s } }\n"
                .formatted(check, settings.strip());
    }

    private LoadedConfig load(String yaml) throws IOException {
        return LoadedConfig.file(Files.writeString(folder.resolve("pgvigil.yaml"), yaml), Map.of(), section);
    }
}
