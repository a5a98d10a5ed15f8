package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.CapturedLog;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReloadTest {

    private static final Duration EVERY = Duration.ofMillis(10);

    @TempDir
    private Path folder;

    private final List<Settings> told = new CopyOnWriteArrayList<>();
    private final CapturedLog logged = new CapturedLog("dev.pgvigil.config");
    private Path file;
    private Configuration configuration;

    @BeforeEach
    void start() throws IOException {
        file = folder.resolve("pgvigil.yaml");
        Files.writeString(file, "pgvigil: { note: { text: first } }");
        configuration = LoadedConfig.polling(file, EVERY, new NoteSection());
        configuration.start(new StartupEvent());
        configuration.onChange(told::add);
    }

    @AfterEach
    void stop() {
        configuration.stop();
        logged.close();
    }

    @Test
    void reloadsValidChangesAndRejectsInvalidOnes() throws IOException {
        assertThat(note().text()).isEqualTo("first");

        Files.writeString(file, "pgvigil: { note: { text: bad, more: 1 } }");
        await().until(() -> configuration.state().failedReloads() == 1);
        assertThat(note().text()).isEqualTo("first");
        assertThat(configuration.state().problems())
                .containsExactly(
                        new Problem("pgvigil.note.text", 1, "must not be bad"),
                        new Problem("pgvigil.note.more", 1, "unknown key; allowed are file, text"));

        Files.writeString(file, "pgvigil: { note: { text: second } }");
        await().until(() -> configuration.state().reloads() == 1);
        assertThat(note().text()).isEqualTo("second");
        assertThat(configuration.state().problems()).isEmpty();
        assertThat(configuration.state().failedReloads()).isEqualTo(1);
        assertThat(configuration.state().loadedAt())
                .isEqualTo(configuration.state().lastAttemptAt());
        await().untilAsserted(() -> assertThat(told).singleElement().isSameAs(configuration.settings()));
    }

    @Test
    void doesNotReloadConnectionString() {
        ConfigOrigin url = ConfigOrigin.of(null, "postgresql://pgvigil@db1/shop");
        ConfigLoader loading = new ConfigLoader(url, List.of(new NoteSection()), name -> null, InstantSource.system());
        loading.settings();

        for (int look = 0; look < 5; look++) {
            assertThat(loading.poll()).isEmpty();
        }
        assertThat(loading.state().reloads()).isZero();
    }

    @Test
    void reportsInvalidFileOnce() throws IOException {
        Files.writeString(file, "pgvigil: { note: { text: bad } }");
        await().during(EVERY.multipliedBy(20)).until(() -> configuration.state().failedReloads() == 1);
        Files.writeString(file, "pgvigil: { note: { text: bad } } # still");
        await().until(() -> configuration.state().failedReloads() == 2);

        assertThat(logged.lines())
                .filteredOn(line -> line.contains("has errors, the previous one stays in use"))
                .hasSize(2)
                .allMatch(line -> line.contains(file + ":1: pgvigil.note.text: must not be bad"));
        assertThat(told).isEmpty();
    }

    @Test
    void keepsConfigurationWhenFileIsDeleted() throws IOException {
        Files.delete(file);
        await().until(() -> configuration.state().failedReloads() == 1);

        assertThat(note().text()).isEqualTo("first");
        assertThat(configuration.state().problems())
                .containsExactly(new Problem("PGVIGIL_CONFIG", 0, "the file does not exist"));
    }

    /** As Kubernetes changes a mounted map: new folder, then the link that all others go through is swapped. */
    @Test
    void detectsReplacedLink() throws IOException {
        Path one = Files.createDirectory(folder.resolve("..1"));
        Path two = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(one.resolve("c.yaml"), "pgvigil: { note: { text: one, file: secret } }");
        Files.writeString(two.resolve("c.yaml"), "pgvigil: { note: { text: two, file: secret } }");
        Files.writeString(one.resolve("secret"), "old");
        Files.writeString(two.resolve("secret"), "new");
        for (Path same : List.of(one.resolve("c.yaml"), two.resolve("c.yaml"), one, two)) {
            Files.setLastModifiedTime(same, FileTime.fromMillis(1));
        }
        Files.createSymbolicLink(folder.resolve("..data"), one.getFileName());
        Path mounted = Files.createSymbolicLink(folder.resolve("c.yaml"), Path.of("..data", "c.yaml"));
        Files.createSymbolicLink(folder.resolve("secret"), Path.of("..data", "secret"));
        Configuration linked = LoadedConfig.polling(mounted, EVERY, new NoteSection());
        linked.start(new StartupEvent());
        assertThat(linked.settings().get(NoteSection.class)).isEqualTo(new NoteSection.Text("one", "old"));

        Files.createSymbolicLink(folder.resolve("..data_tmp"), two.getFileName());
        Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        await().until(() -> linked.state().reloads() == 1);
        assertThat(linked.settings().get(NoteSection.class)).isEqualTo(new NoteSection.Text("two", "new"));
        linked.stop();
    }

    @Test
    void detectsRotatedSecret() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "old1");
        Files.writeString(file, "pgvigil: { note: { file: secret } }");
        await().until(() -> configuration.state().reloads() == 1);
        FileTime time = Files.getLastModifiedTime(secret);

        Files.writeString(secret, "new2");
        Files.setLastModifiedTime(secret, time);
        await().until(() -> configuration.state().reloads() == 2);
        assertThat(note().secret()).isEqualTo("new2");

        Files.delete(secret);
        await().until(() -> configuration.state().failedReloads() == 1);
        assertThat(note().secret()).isEqualTo("new2");

        Files.writeString(secret, "new3");
        await().until(() -> configuration.state().reloads() == 3);
        assertThat(note().secret()).isEqualTo("new3");
        assertThat(logged.lines()).noneMatch(line -> line.contains("new2") || line.contains("new3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken", "endless"})
    void rejectsFileWhenSectionThrows(String fault) throws IOException {
        Files.writeString(file, "pgvigil: { note: { text: " + fault + " } }");
        await().until(() -> configuration.state().failedReloads() == 1);

        assertThat(note().text()).isEqualTo("first");
        assertThat(configuration.state().problems())
                .extracting(Problem::message)
                .containsExactly("cannot be read: a fault of pgvigil, please report it with the log");
        assertThat(logged.lines()).noneMatch(line -> line.contains("secret"));
    }

    @Test
    void failingListenerDoesNotAffectOthers() throws IOException {
        Configuration other = LoadedConfig.started(file, EVERY, new NoteSection());
        other.onChange(settings -> {
            throw new IllegalStateException("cannot take it");
        });
        other.onChange(settings -> {
            throw new StackOverflowError("cannot take it");
        });
        other.onChange(told::add);
        Files.writeString(file, "pgvigil: { note: { text: second } }");
        await().until(() -> told.contains(other.settings()));

        Files.writeString(file, "pgvigil: { note: { text: third } }");
        await().until(() -> other.state().reloads() == 2 && told.contains(other.settings()));
        LoadedConfig.stop(other);
    }

    private NoteSection.Text note() {
        return configuration.settings().get(NoteSection.class);
    }
}
