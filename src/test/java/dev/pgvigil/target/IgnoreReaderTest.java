package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.LoadedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreReaderTest {

    private static final Instant UNTIL = Instant.parse("2027-04-01T00:00:00Z");

    private final TargetsSection section = new TargetsSection(new SampleChecks());

    @TempDir
    private Path folder;

    @Test
    void addsRulesOfTargetToThoseOfFleet() throws IOException {
        LoadedConfig loaded = load("""
                pgvigil:
                  ignore:
                    - { finding: connections/*, database: "b*", reason: known, until: 2027-03-31 }
                  targets:
                    a: { url: postgresql://u@db1/d }
                    b: { url: postgresql://u@db2/d, ignore: { finding: blocking/root, reason: batch, until: 2027-03-31 } }
                """);

        IgnoreRule fleet = new IgnoreRule(new Glob("connections/*"), new Glob("b*"), "known", UNTIL);
        assertThat(loaded.problems()).isEmpty();
        assertThat(targets(loaded))
                .extracting(Target::ignored)
                .containsExactly(
                        List.of(fleet),
                        List.of(fleet, new IgnoreRule(new Glob("blocking/root"), new Glob("*"), "batch", UNTIL)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ reason: x, until: 2027-03-31 } | ignore.1: needs finding: the key of the findings that are ignored, such as indexes/unused",
                "{ finding: blocking/root, until: 2027-03-31 } | ignore.1: needs a reason: it is shown with the ignored finding",
                "{ finding: blocking/root, reason: x } | ignore.1: needs until: the last day on which the finding is ignored, such as 2027-03-31",
                "{ finding: blocking, reason: x, until: 2027-03-31 } | ignore.1.finding: must be a check, a slash and the rest of the key: indexes/unused",
                "{ finding: blokking/root, reason: x, until: 2027-03-31 } | ignore.1.finding: no check is named \"blokking\"",
                "{ finding: blocking/root, reason: x, until: 31.3.2027 } | ignore.1.until: must be a day such as 2027-03-31, not \"31.3.2027\"",
                "{ finding: blocking/root, reason: x, until: 2027-02-30 } | ignore.1.until: must be a day such as 2027-03-31, not \"2027-02-30\"",
                "{ finding: blocking/root, reason: ' ', until: 2027-03-31 } | ignore.1.reason: must have 1 to 200 characters",
                "{ finding: blocking/root, databse: a, reason: x, until: 2027-03-31 } | ignore.1.databse: unknown key; did you mean database? allowed are database, finding, reason, until",
            })
    void rejectsInvalidEntryWithItsLine(String entry, String message) throws IOException {
        assertThat(load("""
                pgvigil:
                  targets: { a: { url: postgresql://u@db1/d } }
                  ignore:
                    - %s
                """.formatted(entry)).problems())
                .singleElement()
                .asString()
                .startsWith("line 4: pgvigil.")
                .endsWith(message);
    }

    @ParameterizedTest
    @CsvSource({
        "indexes/unused, shop, 2027-03-31T23:59:59Z, true",
        "indexes/unused, shop, 2027-04-01T00:00:00Z, false",
        "indexes/unused, shop:orders, 2027-03-31T00:00:00Z, true",
        "indexes/invalid, shop, 2027-03-31T00:00:00Z, false",
        "indexes/unused, bank, 2027-03-31T00:00:00Z, false"
    })
    void appliesToKeyAndDatabaseUntilEndOfDay(String key, String target, Instant now, boolean applies) {
        IgnoreRule rule = new IgnoreRule(new Glob("indexes/un*"), new Glob("shop*"), "known", UNTIL);

        assertThat(rule.applies(key, target, now)).isEqualTo(applies);
    }

    private List<Target> targets(LoadedConfig loaded) {
        return loaded.settings().orElseThrow().get(TargetsSection.class).entries();
    }

    private LoadedConfig load(String yaml) throws IOException {
        return LoadedConfig.file(Files.writeString(folder.resolve("pgvigil.yaml"), yaml), Map.of(), section);
    }
}
