package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.SectionText;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SelfSectionTest {

    @Test
    void hasDefaults() {
        assertThat(read("pgvigil: {}").problems()).isEmpty();
        assertThat(read("pgvigil: {}").value())
                .isEqualTo(new SelfSettings(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(10)));
    }

    @Test
    void readsEveryKey() {
        SectionText<SelfSettings> read = read("""
                pgvigil:
                  self:
                    event-loop-stuck-after: 3s
                    watch-silent-after: 2m
                    first-pass-grace: 0s
                """);

        assertThat(read.problems()).isEmpty();
        assertThat(read.value())
                .isEqualTo(new SelfSettings(Duration.ofSeconds(3), Duration.ofMinutes(2), Duration.ZERO));
    }

    @Test
    void reportsAllowedRange() {
        SectionText<SelfSettings> read = read("""
                pgvigil:
                  self:
                    event-loop-stuck-after: 500ms
                    watch-silent-after: 2d
                    first-pass-grace: soon
                """);

        assertThat(read.problems())
                .containsExactly(
                        "line 3: pgvigil.self.event-loop-stuck-after: must be a duration from 1s to 10m, not \"500ms\"",
                        "line 4: pgvigil.self.watch-silent-after: must be a duration from 5s to 1h, not \"2d\"",
                        "line 5: pgvigil.self.first-pass-grace: must be a duration from 0s to 10m, not \"soon\"");
    }

    private static SectionText<SelfSettings> read(String yaml) {
        return SectionText.read(new SelfSection(), yaml);
    }
}
