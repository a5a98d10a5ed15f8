package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Catalogues;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.monitor.MonitorSection;
import dev.pgvigil.target.SampleChecks;
import dev.pgvigil.target.TargetsSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of configuration error and its exact messages: NAME.yaml has them in NAME.txt. */
class BadFilesTest {

    private static final Catalogue CATALOGUE = new Catalogue(Catalogues.all());

    private static final Path TABLE = Path.of("src/test/resources/config/bad");

    static Stream<String> errors() throws IOException {
        try (Stream<Path> files = Files.list(TABLE)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.substring(0, name.length() - ".yaml".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("errors")
    void reportsExactMessagesForEveryError(String name) throws IOException {
        LoadedConfig loaded = LoadedConfig.file(
                TABLE.resolve(name + ".yaml"),
                Map.of(),
                new TargetsSection(new SampleChecks()),
                new SessionsSection(),
                new MonitorSection(CATALOGUE));

        List<String> expected = Files.readAllLines(TABLE.resolve(name + ".txt"));
        assertThat(loaded.problems()).containsExactlyElementsOf(expected);
        assertThat(loaded.settings()).isEmpty();
        assertThat(expected).noneMatch(line -> line.contains("secret"));
    }
}
