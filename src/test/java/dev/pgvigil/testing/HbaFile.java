package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code pg_hba.conf}; the harness can always connect. */
final class HbaFile {

    static final List<String> TRUST = List.of("host all all 127.0.0.1/32 trust");

    private static final List<String> HARNESS =
            List.of("host all postgres 127.0.0.1/32 trust", "host replication postgres 127.0.0.1/32 trust");

    private HbaFile() {}

    static void write(Path data, List<String> lines) {
        try {
            Files.write(
                    data.resolve("pg_hba.conf"),
                    Stream.concat(HARNESS.stream(), lines.stream()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
