package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckConfigTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void acceptsValidFile() throws IOException {
        Path file = Files.writeString(folder.resolve("good.yaml"), "pgvigil: { note: { text: good } }");

        assertThat(run(file.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(file + ": valid\n");
    }

    @Test
    void printsEveryErrorWithItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "pgvigil:\n  note:\n    text: bad\n    txt: x\n");

        assertThat(run(file.toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("""
                %1$s:3: pgvigil.note.text: must not be bad
                %1$s:4: pgvigil.note.txt: unknown key; did you mean text? allowed are file, text
                """.formatted(file));
        assertThat(err.size()).isZero();
    }

    @Test
    void rejectsWrongUsage() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("a", "b")).isEqualTo(2);
        assertThat(run("--help")).isEqualTo(2);
        assertThat(run("postgresql://u:hunter2@h/d")).isEqualTo(2);
        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: ").doesNotContain("hunter2");
    }

    private int run(String... args) {
        return CheckConfig.run(
                List.of(args),
                () -> List.of(new NoteSection()),
                _ -> null,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
