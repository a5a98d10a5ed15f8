package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentWatchTest {

    @TempDir
    private Path folder;

    @Test
    void ignoresFileWhileItIsWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "whole");
        ContentWatch watch = monitoring(Map.of(file, digest(file)), file);
        assertThat(watch.changed()).isFalse();

        Files.writeString(file, "a");
        assertThat(watch.changed()).isFalse();
        Files.writeString(file, "a new");
        assertThat(watch.changed()).isFalse();
        Files.writeString(file, "a new whole");
        assertThat(watch.changed()).isFalse();
        assertThat(watch.changed()).isTrue();
    }

    @Test
    void ignoresRevertedChange() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "whole");
        ContentWatch watch = monitoring(Map.of(file, digest(file)), file);

        Files.writeString(file, "other");
        assertThat(watch.changed()).isFalse();
        Files.writeString(file, "whole");
        assertThat(watch.changed()).isFalse();
        assertThat(watch.changed()).isFalse();
    }

    /** Of thousands of secrets each has its turn: three slices, and one look more to see that it holds still. */
    @Test
    void pollsEachOfManyFilesInTurn() throws IOException {
        Map<Path, String> digests = new HashMap<>();
        for (int i = 0; i < 1_200; i++) {
            Path file = Files.writeString(folder.resolve("s" + i), "secret");
            digests.put(file, digest(file));
        }
        Path first = folder.resolve("s0");
        for (int i = 0; i < 1_200; i += 100) {
            ContentWatch watch = monitoring(digests, first);
            Path rotated = Files.writeString(folder.resolve("s" + i), "rotated");

            assertThat(IntStream.range(0, 4).anyMatch(_ -> watch.changed()))
                    .as("%s", rotated)
                    .isTrue();
            Files.writeString(rotated, "secret");
        }
    }

    private static ContentWatch monitoring(Map<Path, String> digests, Path first) {
        ContentWatch watch = new ContentWatch(first);
        watch.expect(digests);
        return watch;
    }

    private static String digest(Path file) {
        return Content.of(file).digest();
    }
}
