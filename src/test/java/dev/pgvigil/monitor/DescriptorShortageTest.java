package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Authority;
import dev.pgvigil.testing.PgServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** pgvigil has no descriptors left when it first connects. */
class DescriptorShortageTest {

    private static final Pattern LINE = Pattern.compile("^(FREED|HEALTHY|UNKNOWN|DEGRADED|UNHEALTHY) ?");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"DISABLE", "REQUIRE"})
    void isUnknownWithoutDescriptorsAndRecoversWhenTheyAreFreed(String mode) throws IOException, InterruptedException {
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            server.monitorRole("vigil", "secret");
            server.certificate(Authority.create("ours").valid());
            server.demandPassword();

            List<String> lines = run(server, mode);

            assertThat(lines).as(String.join("\n", lines)).contains("FREED");
            assertThat(lines).as("own shortage").noneMatch(line -> line.startsWith("UNHEALTHY"));
            assertThat(lines.subList(0, lines.indexOf("FREED"))).anyMatch(line -> line.startsWith("UNKNOWN"));
            assertThat(lines.getLast()).startsWith("HEALTHY");
        }
    }

    /** The classes of pgvigil in a file that stays open, as in production: directories would need descriptors for each class. */
    private Path jar() {
        Path jar = directory.resolve("pgvigil.jar");
        assertThat(ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "cf",
                                jar.toString(),
                                "-C",
                                "target/classes",
                                ".",
                                "-C",
                                "target/test-classes",
                                "dev/pgvigil/monitor/Monitoring.class",
                                "-C",
                                "target/test-classes",
                                "dev/pgvigil/monitor/ShortOfDescriptors.class"))
                .isZero();
        return jar;
    }

    private List<String> run(PgServer server, String mode) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 400; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        jar() + File.pathSeparator + System.getProperty("java.class.path"),
                        ShortOfDescriptors.class.getName(),
                        Integer.toString(server.port()),
                        "vigil",
                        "secret",
                        mode)
                .redirectErrorStream(true)
                .start();
        try (var output = process.inputReader()) {
            return output.lines().filter(line -> LINE.matcher(line).find()).toList();
        } finally {
            process.waitFor();
        }
    }
}
