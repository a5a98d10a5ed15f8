package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files in {@code docs} that are made from the code: {@code make docs} writes them, every other run compares. */
public final class Generated {

    private static final boolean RENEW = Boolean.getBoolean("docs.renew");

    private Generated() {}

    /** Fails if the file differs from what the code says. */
    public static void holds(Path file, String text) throws IOException {
        if (RENEW) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as("%s differs from the code: make docs renews it", file)
                .isEqualTo(text);
    }
}
