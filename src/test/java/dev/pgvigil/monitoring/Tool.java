package dev.pgvigil.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the tools that read the files of {@code monitoring/}. A test is skipped where its tool is missing. */
final class Tool {

    private static final int SECONDS = 120;

    private Tool() {}

    /** The output of a run, and whether it succeeded. */
    record Result(boolean succeeded, String output) {}

    static Result run(String program, String... arguments) throws IOException, InterruptedException {
        Tools.assume(program);
        List<String> command =
                Stream.concat(Stream.of(program), Stream.of(arguments)).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("%s ends", command).isTrue();
        return new Result(process.exitValue() == 0, output);
    }

    /** The output of a run that must succeed. */
    static String succeeds(String program, String... arguments) throws IOException, InterruptedException {
        Result result = run(program, arguments);
        assertThat(result.succeeded()).as(result.output()).isTrue();
        return result.output();
    }
}
