package dev.pgvigil;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/pgvigil check-config} of the built service, as a process. */
class CheckConfigIT {

    @TempDir
    private Path folder;

    /** How a process ended. */
    private record Ended(int status, String out, String err) {}

    @Test
    void acceptsAValidFileThoughNoServerIsThere() throws Exception {
        Path file = write("""
                pgvigil:
                  targets:
                    shop: { url: "postgresql://pgvigil@no-such-host.invalid/shop", password-env: SHOP_PASSWORD }
                  checks: { blocking: { every: 5s } }
                  groups: { all: { targets: "*", checks: [blocking, connections] } }
                """);

        assertThat(pgvigil("check-config", file.toString())).isEqualTo(new Ended(0, file + ": valid\n", ""));
    }

    @Test
    void printsEveryMistakeAndNoSecret() throws Exception {
        Path file = write("""
                pgvigil:
                  targets:
                    shop:
                      url: postgresql://pgvigil:hunter2@db1.internal/shop
                      role: primry
                      password: hunter2
                    blog: { url: "postgresql://pgvigil@db2.internal/blog", password: Inl,5ecr3t }
                  thresholds: { connections: { degraded: 180% } }
                  wach: {}
                """);

        Ended ended = pgvigil("check-config", file.toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out().lines().map(line -> line.replace(file + ":", "").replaceFirst(" not .*|; .*", "")))
                .containsExactly(
                        "3: pgvigil.targets.shop: gives the password more than once, by url and password: keep one",
                        "5: pgvigil.targets.shop.role: must be primary, replica or any,",
                        "7: pgvigil.targets.blog.?: unknown key",
                        "8: pgvigil.thresholds.connections.degraded: must be a ratio from 0% to 100%,",
                        "9: pgvigil.wach: unknown key");
        assertThat(ended.out())
                .contains("not \"primry\"", "did you mean watch?")
                .doesNotContain("hunter2", "5ecr3t");
    }

    @Test
    void endsWithTwoForWrongUsage() throws Exception {
        for (List<String> args : List.of(
                List.of("check-config"),
                List.of("check-config", "a", "b"),
                List.of("check-config", "postgresql://u:hunter2@h/d"),
                List.of("chek-config", "a"))) {
            Ended ended = pgvigil(args.toArray(String[]::new));
            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).startsWith("usage: pgvigil").doesNotContain("hunter2");
        }
    }

    @Test
    void reportsAFileThatIsNotThere() throws Exception {
        assertThat(pgvigil("check-config", "no-such.yaml"))
                .isEqualTo(new Ended(1, "no-such.yaml: PGVIGIL_CONFIG: the file does not exist\n", ""));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("pgvigil.yaml"), yaml);
    }

    private Ended pgvigil(String... args) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of("bin/pgvigil"), Stream.of(args)).toList())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(Map.of("SHOP_PASSWORD", "hunter2", "JAVA_HOME", System.getProperty("java.home")));
        int status = builder.start().waitFor();
        return new Ended(
                status, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
