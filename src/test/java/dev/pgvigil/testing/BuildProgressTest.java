package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .mvn/progress}, through which {@code make run} builds, with a script in place of Maven. */
class BuildProgressTest {

    private static final String BUILD = """
            i=0
            while [ $i -lt 250 ]; do
              echo "Downloading from central: https://repo.example/$i.jar"
              echo "Downloaded from central: https://repo.example/$i.jar (1.5 MB at 3.4 MB/s)"
              i=$((i + 1))
            done
            echo '[INFO] --- maven-compiler-plugin:3.14.1:compile (default-compile) @ pgvigil ---'
            echo '[INFO] --- quarkus:3.33.2:build (default) @ pgvigil ---'
            printf '\\033[0m\\033[0m'
            """;

    @TempDir
    private Path folder;

    /** How a build ended. */
    private record Ended(int status, String out) {}

    @Test
    void showsDownloadsAndPhasesInAFewLines() throws Exception {
        assertThat(build(BUILD)).isEqualTo(new Ended(0, """
                  Downloading what is needed: 100 files, 149 MB
                  Downloading what is needed: 200 files, 299 MB
                  Compiling the service
                  Building the service
                  Downloaded 250 files, 374 MB
                """));
        assertThat(folder.resolve("log")).content().contains("repo.example/249.jar");
    }

    @Test
    void showsErrorsInFullAndKeepsTheStatus() throws Exception {
        assertThat(build("""
                echo '[INFO] Scanning for projects...'
                echo '[ERROR] Shop.java:[3,5] cannot find symbol'
                echo '  symbol:   class Cart'
                echo '[INFO] 1 error' >&2
                exit 3
                """)).isEqualTo(new Ended(3, """
                [ERROR] Shop.java:[3,5] cannot find symbol
                  symbol:   class Cart
                [INFO] 1 error
                The build failed. All of its output: %s
                """.formatted(folder.resolve("log"))));
    }

    private Ended build(String script) throws IOException, InterruptedException {
        Path maven = Files.writeString(folder.resolve("maven"), script);
        Process process = new ProcessBuilder(
                        "sh", ".mvn/progress", folder.resolve("log").toString(), "sh", maven.toString())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }
}
