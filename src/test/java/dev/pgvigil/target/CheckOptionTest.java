package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.LoadedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckOptionTest {

    private final TargetsSection section = new TargetsSection(new SampleChecks());

    @TempDir
    private Path folder;

    @Test
    void isEmptyByDefault() throws IOException {
        assertThat(only("{ every: 1s }").option(SampleChecks.NAMES)).isEmpty();
    }

    @Test
    void readsList() throws IOException {
        assertThat(only("{ names: [a, \"b c\"] }").option(SampleChecks.NAMES)).containsExactly("a", "b c");
    }

    @Test
    void readsLinesOfFile() throws IOException {
        Files.writeString(folder.resolve("names.txt"), "# of the release\r\n a \r\n\nb\n");

        assertThat(only("{ names-file: names.txt }").option(SampleChecks.FILE)).containsExactly("a", "b");
    }

    @Test
    void usesOptionsOfFleetByDefault() throws IOException {
        LoadedConfig loaded = load("""
                pgvigil:
                  checks: { databases: { names: [a] } }
                  targets:
                    a: { url: postgresql://u@db1/d }
                    b: { url: postgresql://u@db2/d, checks: { databases: { every: 1s } } }
                    c: { url: postgresql://u@db3/d, checks: { databases: { names: [b, c] } } }
                    d: { url: postgresql://u@db4/d, checks: { databases: { names: [] } } }
                """);

        assertThat(targets(loaded))
                .extracting(target -> target.option(SampleChecks.NAMES))
                .containsExactly(List.of("a"), List.of("a"), List.of("b", "c"), List.of());
    }

    @Test
    void rejectsInvalidTexts() throws IOException {
        assertThat(load(yaml("{ names: [' '] }")).problems())
                .anySatisfy(problem -> assertThat(problem)
                        .endsWith(
                                "pgvigil.targets.a.checks.databases.names: each entry must have 1 to 300 characters"));
        assertThat(load(yaml("{ names-file: none.txt }")).problems())
                .anySatisfy(problem -> assertThat(problem).contains("pgvigil.targets.a.checks.databases.names-file"));
    }

    /** Of a check that has no such option. */
    @Test
    void rejectsUnknownOption() throws IOException {
        assertThat(load(yaml("{ enabled: true }, heartbeat: { names: [a] }")).problems())
                .anySatisfy(problem -> assertThat(problem)
                        .endsWith("checks.heartbeat.names: unknown key; allowed are enabled, every"));
    }

    private Target only(String databases) throws IOException {
        LoadedConfig loaded = load(yaml(databases));
        assertThat(loaded.problems()).isEmpty();
        return targets(loaded).getFirst();
    }

    private static String yaml(String databases) {
        return "pgvigil: { targets: { a: { url: postgresql://u@db1/d, checks: { databases: " + databases + " } } } }";
    }

    private static List<Target> targets(LoadedConfig loaded) {
        assertThat(loaded.problems()).isEmpty();
        return loaded.settings().orElseThrow().get(TargetsSection.class).entries();
    }

    private LoadedConfig load(String yaml) throws IOException {
        return LoadedConfig.file(Files.writeString(folder.resolve("pgvigil.yaml"), yaml), Map.of(), section);
    }
}
