package dev.pgvigil.config;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.testing.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide and the example against the code: every snippet, and every variable. */
class ConfigurationGuideTest {

    private static final Path PAGE = Path.of("docs/configuration.md");
    private static final Pattern SNIPPET = Pattern.compile("(?s)```yaml\n(.*?)```");
    private static final Path EXAMPLE = Path.of("docs/pgvigil.example.yaml");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\|");
    private static final Pattern NAMED = Pattern.compile("\\b(PGVIGIL_[A-Z_]+|DATABASE_URL|REDIS_URL|OTEL_[A-Z_]+)\\b");

    /** As the product has them. */
    private final List<Section<?>> sections = Catalogues.all(Section.class).stream()
            .<Section<?>>map(section -> section)
            .toList();

    @TempDir
    private Path folder;

    private LoadedConfig example;

    @BeforeEach
    void load() throws IOException {
        Files.writeString(folder.resolve("shop"), "secret");
        String yaml = Files.readString(EXAMPLE).replace("/run/secrets/", folder + "/");
        Path file = Files.writeString(folder.resolve("pgvigil.yaml"), yaml);
        example = LoadedConfig.of(new ConfigOrigin.File(file, false), Map.of("DB2_PASSWORD", "secret"), sections);
    }

    @Test
    void snippetsOfGuideAreValid() throws IOException {
        List<String> snippets = SNIPPET.matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .toList();

        assertThat(snippets).hasSizeGreaterThan(2);
        for (String snippet : snippets) {
            Path file = Files.writeString(folder.resolve("snippet.yaml"), snippet);
            assertThat(LoadedConfig.of(new ConfigOrigin.File(file, false), Map.of("DB2_PASSWORD", "secret"), sections)
                            .problems())
                    .as(snippet)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"k8s/base/pgvigil.yaml", "k8s/overlays/demo/pgvigil.yaml"})
    void kubernetesFilesAreValid(String name) throws Exception {
        Files.writeString(folder.resolve("ledger"), "secret");
        Files.copy(Authority.create("ca").root(), folder.resolve("ca.crt"));
        String yaml = Files.readString(Path.of(name)).replace("/run/secrets/databases/", folder + "/");
        Path file = Files.writeString(folder.resolve("kubernetes.yaml"), yaml);

        LoadedConfig loaded = LoadedConfig.of(new ConfigOrigin.File(file, false), Map.of(), sections);

        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.settings()).isPresent();
    }

    @Test
    void exampleIsValid() {
        assertThat(example.problems()).isEmpty();
        assertThat(example.settings()).isPresent();
    }

    @Test
    void tableListsEveryVariable() throws IOException {
        Set<String> told = VARIABLE.matcher(Files.readString(PAGE))
                .results()
                .map(row -> row.group(1))
                .collect(toCollection(TreeSet::new));

        assertThat(told).isEqualTo(named(Path.of("src/main")));
    }

    private static Set<String> named(Path sources) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(path -> path.toString().matches(".*\\.(java|properties)"))
                    .toList()) {
                NAMED.matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .forEach(names::add);
            }
        }
        return names;
    }
}
