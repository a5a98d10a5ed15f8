package dev.pgvigil.testing;

import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The server binaries of one major, from the jar that the build put next to the class path. */
record Binaries(int major) implements PgBinaryResolver {

    /** The majors of this run, oldest first: the system property {@code postgres.majors}. */
    static List<Integer> majors() {
        return Arrays.stream(System.getProperty("postgres.majors", "14,18").split(","))
                .map(String::strip)
                .map(Integer::valueOf)
                .sorted()
                .toList();
    }

    @Override
    public InputStream getPgBinary(String system, String machine) throws IOException {
        Path jar = Path.of(System.getProperty("postgres.jars", "target/postgres"), major + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException("no " + jar.toAbsolutePath() + ": run mvn generate-test-resources"
                    + (major == 14 || major == 18 ? "" : " -P all-postgres"));
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.stream()
                    .filter(e -> e.getName().endsWith(".txz"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no server in " + jar));
            try (InputStream in = zip.getInputStream(entry)) {
                return new ByteArrayInputStream(in.readAllBytes());
            }
        }
    }
}
