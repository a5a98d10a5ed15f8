package dev.pgvigil.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Prometheus' own tool, where it is installed. */
final class Promtool {

    private static final int GOOD = 0;
    private static final int BAD_STYLE = 3;

    private Promtool() {}

    /**
     * Has the exposition read, and pgvigil's own part of it checked for style; where there is no promtool, the test shows as
     * skipped.
     */
    static void check(String exposition) throws IOException, InterruptedException {
        Tools.assume("promtool");
        Process process = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write(exposition);
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said.lines().filter(line -> line.contains("pgvigil")).toList())
                .isEmpty();
        assertThat(process.exitValue()).as(said).isIn(GOOD, BAD_STYLE);
    }
}
