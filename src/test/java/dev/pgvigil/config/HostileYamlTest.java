package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that were made to hurt. */
class HostileYamlTest {

    @TempDir
    private Path folder;

    @Test
    void rejectsTooLargeFile() throws IOException {
        assertThat(problems("#".repeat((8 << 20) + 1))).isEqualTo("[PGVIGIL_CONFIG: the file is larger than 8MB]");
    }

    @Test
    void rejectsDeepNesting() throws IOException {
        assertThat(problems("pgvigil: " + "[".repeat(1_000_000)))
                .isEqualTo("[line 1: pgvigil: not valid YAML: nested deeper than 50 levels]");
    }

    @Test
    void rejectsDeepNestingInBlocks() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n");
        for (int i = 1; i < 1000; i++) {
            yaml.append(" ".repeat(i)).append("a:\n");
        }

        assertThat(problems(yaml.toString()))
                .isEqualTo("[line 51: pgvigil: not valid YAML: nested deeper than 50 levels]");
    }

    /** The billion laughs: nine levels of ten aliases each. */
    @Test
    @Timeout(10)
    void boundsNestedAliases() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  words:\n    a0: &a0 [" + "x,".repeat(10) + "]\n");
        for (int i = 1; i < 10; i++) {
            yaml.append("    a").append(i).append(": &a").append(i).append(" [");
            yaml.append(("*a" + (i - 1) + ",").repeat(10)).append("]\n");
        }

        assertThat(problems(yaml.toString()))
                .startsWith("[line 3: pgvigil.words.a1.1: must be a single value, not a list, line 3: ");
    }

    /** A list that is written once and read twenty thousand times. */
    @Test
    @Timeout(20)
    void boundsRepeatedAlias() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n  words:\n    a: &a [" + "x,".repeat(20_000) + "]\n");
        for (int i = 0; i < 20_000; i++) {
            yaml.append("    b").append(i).append(": *a\n");
        }

        assertThat(problems(yaml.toString()))
                .matches(
                        "\\[line \\d+: pgvigil\\.words\\.b\\d+: the aliases up to here stand for more than 500000 values]");
    }

    @Test
    void limitsNumberOfErrors() throws IOException {
        StringBuilder yaml = new StringBuilder("pgvigil:\n");
        for (int i = 0; i < 10_000; i++) {
            yaml.append("  a").append(i).append(": 1\n");
        }

        assertThat(LoadedConfig.file(file(yaml.toString()), Map.of(), new Words())
                        .problems())
                .hasSize(101)
                .endsWith("pgvigil: and 9900 more problems");
    }

    @Test
    void doesNotBlockOnPipe() {
        assertThat(LoadedConfig.file(Path.of("/dev/zero"), Map.of(), new Words())
                        .problems())
                .containsExactly("PGVIGIL_CONFIG: the file is not a regular file");
    }

    @Test
    void rejectsFolder() {
        assertThat(LoadedConfig.file(folder, Map.of(), new Words()).problems())
                .containsExactly("PGVIGIL_CONFIG: the file is not a regular file");
    }

    @Test
    void ignoresByteOrderMark() throws IOException {
        assertThat(problems("\ufeffpgvigil: { words: { a: b } }")).isEqualTo("[]");
    }

    @Property(tries = 3000)
    void neverThrowsOnRandomInput(@ForAll("noise") String noise) {
        ReadContext reading = new ReadContext(new Sources(Path.of(""), name -> null, Map.of()), SecretKeys.NONE);
        YamlNode root = YamlNode.root(
                reading, Yaml.parse(StandardCharsets.UTF_8.encode("pgvigil:\n  words:\n    " + noise), reading));
        new Words().read(root.child("pgvigil").child("words"));
        root.reportUnknown();

        assertThat(reading.problems()).allSatisfy(problem -> {
            assertThat(problem.toString()).doesNotContain("\n", "\r", "\u001b", "<");
            assertThat(problem.toString().length()).isLessThan(300);
        });
    }

    @Provide
    Arbitrary<String> noise() {
        return Arbitraries.strings()
                .withChars("abc:- \n\t{}[],&*!|>'\"%@`#?~<=\\/.0\u001b\u0085é")
                .ofMaxLength(60);
    }

    private String problems(String yaml) throws IOException {
        return LoadedConfig.file(file(yaml), Map.of(), new Words()).problems().toString();
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("pgvigil.yaml"), yaml);
    }

    /** Lists of texts under names that the user chooses. */
    private static final class Words implements Section<Duration> {

        @Override
        public String key() {
            return "words";
        }

        @Override
        public Duration read(Node node) {
            node.children().values().forEach(list -> list.items().forEach(Node::text));
            return Duration.ZERO;
        }
    }
}
