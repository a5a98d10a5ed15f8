package dev.pgvigil.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Renders kustomizations and the chart as their users do. */
final class Rendering {

    private Rendering() {}

    /** What would be applied. Skips the test where there is no kubectl. */
    static String kustomize(Path folder) throws IOException, InterruptedException {
        Tools.assume("kubectl");
        Answer answer = run("kubectl", "kustomize", folder.toString());
        assertThat(answer.code()).as(answer.problems()).isZero();
        return answer.output();
    }

    /** Helm's answer for this release of the chart. Skips the test where there is no helm. */
    static Answer helm(String release, String... arguments) throws IOException, InterruptedException {
        Tools.assume("helm");
        return run(Stream.concat(
                        Stream.of(
                                "helm",
                                "template",
                                release,
                                "charts/pgvigil",
                                "--namespace",
                                "monitoring",
                                "--kube-version",
                                "1.33.0"),
                        Stream.of(arguments))
                .toArray(String[]::new));
    }

    /** How a program ended, and what it printed. */
    record Answer(int code, String output, String problems) {}

    private static Answer run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("rendered", ".yaml");
        Path problems = Files.createTempFile("rendered", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(problems.toFile())
                    .start();
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("%s ends", command[0]).isTrue();
            return new Answer(
                    process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), Files.readString(problems));
        } finally {
            Files.delete(out);
            Files.delete(problems);
        }
    }
}
