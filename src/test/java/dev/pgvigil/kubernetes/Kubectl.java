package dev.pgvigil.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Renders kustomizations as their users do. */
final class Kubectl {

    private Kubectl() {}

    /** What would be applied. Skips the test where there is no kubectl. */
    static String kustomize(Path folder) throws IOException, InterruptedException {
        Tools.assume("kubectl");
        Path out = Files.createTempFile("rendered", ".yaml");
        Path problems = Files.createTempFile("rendered", ".log");
        try {
            Process process = new ProcessBuilder("kubectl", "kustomize", folder.toString())
                    .redirectOutput(out.toFile())
                    .redirectError(problems.toFile())
                    .start();
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("kubectl ends").isTrue();
            assertThat(process.exitValue()).as(Files.readString(problems)).isZero();
            return Files.readString(out, StandardCharsets.UTF_8);
        } finally {
            Files.delete(out);
            Files.delete(problems);
        }
    }
}
