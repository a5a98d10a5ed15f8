package dev.pgvigil.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {

    @Test
    void equalityIgnoresOrder() {
        assertThat(Labels.NONE.with("a", "1", "b", "2")).isEqualTo(Labels.NONE.with("b", "2", "a", "1"));
        assertThat(Labels.NONE.with("m", "1").with("z", "3", "b", "2").names()).isEqualTo(List.of("b", "m", "z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a-b", "a b", "__name__", "ä", "a\n", "a\"", "server"})
    void rejectsInvalidOrRepeatedName(String name) {
        assertThatThrownBy(() -> Labels.NONE.with("server", "db1:5432").with(name, "x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rejectsNameWithoutValue() {
        assertThatThrownBy(() -> Labels.NONE.with("a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keepsNamesOfDatabases() {
        String longest = "ä".repeat(31) + "x";
        assertThat(longest.getBytes(StandardCharsets.UTF_8)).hasSize(63);
        for (String name : List.of(longest, "a\nb\tc", "\"quoted\"", "back\\slash", "<script>", "🐘", "{a=\"b\"}")) {
            assertThat(Labels.NONE.with("datname", name).values()).containsExactly(name);
        }
    }

    @Test
    void replacesUnsupportedCharacters() {
        assertThat(Labels.NONE.with("a", "x\0y\rz\ud800").values()).containsExactly("x\uFFFDy\uFFFDz\uFFFD");
    }

    @Property(tries = 300)
    void any_value_is_bounded_and_survives_utf8(@ForAll String value) {
        String kept = Labels.NONE.with("a", value.repeat(3)).values().getFirst();

        assertThat(kept.codePointCount(0, kept.length())).isLessThanOrEqualTo(Labels.LONGEST_VALUE);
        assertThat(new String(kept.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .isEqualTo(kept);
    }

    @Test
    void convertsAnyTextToName() {
        assertThat(Labels.NONE.with(Labels.name("tag_cost-centre / ä"), "x").names())
                .containsExactly("tag_cost_centre____");
        assertThat(Labels.NONE.with(Labels.name("tag_" + "ä".repeat(100)), "x").names())
                .containsExactly("tag" + "_".repeat(97));
    }
}
