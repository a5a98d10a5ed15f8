package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.testing.CapturedLog;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

    private static final List<Section<?>> SECTIONS = List.of(new NoteSection());

    @TempDir
    private Path folder;

    @Test
    void reportsMissingConfiguration() {
        assertThatThrownBy(() -> start(config("database.url", " ")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("DATABASE_URL=postgresql://")
                .hasMessageContaining("PGVIGIL_CONFIG=/")
                .hasMessageContaining("pg_monitor")
                .hasNoCause()
                .satisfies(
                        e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSizeLessThan(24));
    }

    @Test
    void reportsAllProblemsAtStart() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "pgvigil:\n  note:\n    text: bad\n    txt: x\n");

        assertThatThrownBy(() -> start(config("pgvigil.config", file.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("""
                        %1$s:3: pgvigil.note.text: must not be bad
                        %1$s:4: pgvigil.note.txt: unknown key; did you mean text? allowed are file, text""", file);
    }

    @Test
    void reportsMissingFile() {
        assertThatThrownBy(() -> start(config("pgvigil.config", "/nonexistent/c.yaml")))
                .hasMessage("/nonexistent/c.yaml: PGVIGIL_CONFIG: the file does not exist");
        assertThatThrownBy(() -> start(config("pgvigil.config", "a\0b")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PGVIGIL_CONFIG: \"a\\u0000b\" is a name that no file can have");
    }

    /** As libpq's URLs, and as those of other drivers; a path would fold the slashes, and no mask know it again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://pgvigil:hunter2@db1/shop",
                " postgres://pgvigil:hunter2@db1/shop?sslmode=require ",
                "jdbc:postgresql://db1/shop?user=pgvigil&password=hunter2",
                "://hunter2"
            })
    void masksConnectionStringInPlaceOfFile(String text) {
        assertThatThrownBy(() -> start(config("pgvigil.config", text)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PGVIGIL_CONFIG names a file; a connection string belongs into DATABASE_URL");
    }

    @Test
    void fileTakesPrecedenceAndIsLogged() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "pgvigil: { note: { text: file } }");
        try (CapturedLog logged = new CapturedLog("dev.pgvigil.config")) {
            Configuration configuration =
                    start(config("pgvigil.config", file.toString(), "database.url", "postgresql://u:hunter2@h/d"));

            assertThat(configuration.settings().get(NoteSection.class).text()).isEqualTo("file");
            assertThat(configuration.state().origin()).isEqualTo(file.toString());
            assertThat(logged.lines())
                    .anyMatch(line -> line.contains("DATABASE_URL is ignored"))
                    .noneMatch(line -> line.contains("hunter2"));
            configuration.stop();
        }
    }

    @Test
    void readsConnectionStringWithoutExpansion() {
        ConfigOrigin origin = ConfigOrigin.of(config("database.url", "postgresql://u:${HOME}\\,@h/d"));

        assertThat(origin.variables()).containsEntry("DATABASE_URL", "postgresql://u:${HOME}\\,@h/d");
        assertThat(origin.toString()).doesNotContain("HOME");
    }

    @Test
    void loadsOnFirstUse() {
        Configuration configuration = new Configuration(
                new ConfigOrigin.Nothing(), SECTIONS, _ -> null, Duration.ofDays(1), InstantSource.system());

        assertThat(configuration.state())
                .isEqualTo(new Configuration.State("environment", null, null, List.of(), 0, 0));
        configuration.stop();
    }

    private static Configuration start(Config config) {
        Configuration configuration = new Configuration(SECTIONS, config, InstantSource.system());
        configuration.start(new StartupEvent());
        return configuration;
    }

    private static Config config(String... values) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors();
        for (int i = 0; i < values.length; i += 2) {
            builder.withDefaultValue(values[i], values[i + 1]);
        }
        return builder.build();
    }
}
