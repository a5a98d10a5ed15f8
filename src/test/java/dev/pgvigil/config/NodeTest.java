package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, 500",
        "5s, 5000",
        "1.5s, 1500",
        "5m, 300000",
        "1h, 3600000",
        "2d, 172800000",
        "5 s, 5000",
        "0s, 0",
        "0.001s, 1",
    })
    void readsDurations(String text, long millis) {
        assertThat(good(text, node -> node.duration("x", Duration.ZERO, Duration.ZERO, Duration.ofDays(9))))
                .isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"80%, 0.8", "0.8, 0.8", "0, 0", "100%, 1", "12.5%, 0.125", "1, 1", "33 %, 0.33"})
    void readsRatios(String text, double ratio) {
        assertThat(good(text, node -> node.ratio("x", 0.5, 0, 1))).isEqualTo(ratio);
    }

    @ParameterizedTest
    @CsvSource({
        "512, 512",
        "64kB, 65536",
        "64MB, 67108864",
        "1GiB, 1073741824",
        "1.5gb, 1610612736",
        "0B, 0",
        "1TB, 1099511627776"
    })
    void readsSizes(String text, long bytes) {
        assertThat(good(text, node -> node.bytes("x", 0, 0, Long.MAX_VALUE))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false", "\"true\", true"})
    void readsFlags(String text, boolean flag) {
        assertThat(good(text, node -> node.flag("x", !flag))).isEqualTo(flag);
    }

    @Test
    void readsNumbersChoicesAndTexts() {
        assertThat(good("007", node -> node.integer("x", 1, 0, 9))).isEqualTo(7);
        assertThat(good("-3000000000", node -> node.number("x", 1, Long.MIN_VALUE, 9)))
                .isEqualTo(-3_000_000_000L);
        assertThat(good("half-days", node -> node.choice("x", ChronoUnit.class, ChronoUnit.DAYS)))
                .isEqualTo(ChronoUnit.HALF_DAYS);
        assertThat(good("no", node -> node.string("x", ""))).isEqualTo("no");
        assertThat(good("0x1F", node -> node.string("x", ""))).isEqualTo("0x1F");
        assertThat(good("1e3", node -> node.string("x", ""))).isEqualTo("1e3");
        assertThat(good("2001-01-01", node -> node.string("x", ""))).isEqualTo("2001-01-01");
        assertThat(good("\"\"", node -> node.string("x", "other"))).isEqualTo("");
        assertThat(good("[a, 1, true]", node -> node.strings("x"))).isEqualTo(List.of("a", "1", "true"));
        assertThat(good("a", node -> node.strings("x"))).isEqualTo(List.of("a"));
    }

    @Test
    void usesDefaultIfAbsent() {
        SectionText<List<Object>> read = SectionText.read(
                new Sample<>(node -> List.of(
                        node.string("a", "b"),
                        node.strings("c"),
                        node.flag("d", true),
                        node.integer("e", 3, 0, 9),
                        node.number("f", 4, 0, 9),
                        node.duration("g", Duration.ofSeconds(5), Duration.ZERO, Duration.ofDays(1)),
                        node.ratio("h", 0.6, 0, 1),
                        node.bytes("i", 7, 0, 9),
                        node.choice("j", ChronoUnit.class, ChronoUnit.DAYS))),
                "pgvigil: {}");

        assertThat(read.problems()).isEmpty();
        assertThat(read.value())
                .isEqualTo(List.of("b", List.of(), true, 3, 4L, Duration.ofSeconds(5), 0.6, 7L, ChronoUnit.DAYS));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            5         | "5"
            5sec      | "5sec"
            -5s       | "-5s"
            5s5m      | "5s5m"
            1e3s      | "1e3s"
            ５s       | "５s"
            0.0001s   | "0.0001s"
            9999999999999999d | "9999999999999999d"
            25h       | "25h"
            999ms     | "999ms"
            ""        | ""
            postgresql://u:secret@h/d | "***"
            "a\\u001b\\u202eb" | "a\\u001b\\u202eb"
            xxxxxxxxxxyyyyyyyyyyxxxxxxxxxxyyyyyyyyyyxxxxxxxxxxyyyyyyyyyyz | "xxxxxxxxxxyyyyyyyyyyxxxxxxxxxxyyyyyyyyyyxxxxxxxxxxyyyyyyyyyy…"
            """)
    void reportsAllowedAndActualValue(String text, String shown) {
        SectionText<Duration> read = SectionText.read(
                new Sample<>(
                        node -> node.duration("x", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofDays(1))),
                "pgvigil:\n  sample:\n    x: " + text);

        assertThat(read.problems())
                .containsExactly("line 3: pgvigil.sample.x: must be a duration from 1s to 1d, not " + shown);
        assertThat(read.value()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void recordsKeysThatSectionReads() {
        Section<Object> section = new Sample<>(node -> {
            node.doc("A limit").duration("a", Duration.ofMillis(500), Duration.ZERO, Duration.ofDays(1));
            node.child("a");
            node.child("b").children().forEach((name, entry) -> {
                entry.secret("A secret").required("c", "text").text();
                entry.doc("Words").strings("d");
            });
            return node.choice("e", ChronoUnit.class, ChronoUnit.HALF_DAYS);
        });
        KeyType units = new KeyType.Choice(Stream.of(ChronoUnit.values())
                .map(unit -> unit.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList());

        assertThat(KeyRecorder.keys(List.of(section)))
                .containsExactly(
                        new KeyDoc("pgvigil", new KeyType.Keys(), "", "", false, false),
                        new KeyDoc("pgvigil.sample", new KeyType.Keys(), "", "", false, false),
                        new KeyDoc(
                                "pgvigil.sample.a",
                                new KeyType.Time(Duration.ZERO, Duration.ofDays(1)),
                                "500ms",
                                "A limit",
                                false,
                                false),
                        new KeyDoc("pgvigil.sample.b", new KeyType.Names(), "", "", false, false),
                        new KeyDoc("pgvigil.sample.b.*", new KeyType.Keys(), "", "", false, false),
                        new KeyDoc("pgvigil.sample.b.*.c", new KeyType.Text(), "", "A secret", true, true),
                        new KeyDoc("pgvigil.sample.b.*.d", new KeyType.Texts(), "", "Words", false, false),
                        new KeyDoc("pgvigil.sample.e", units, "half-days", "", false, false));
    }

    @Test
    void suggestsSimilarKey() {
        assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
        assertThat(Suggestion.unknown("rgion", List.of("role", "region"))).contains("did you mean region?");
        assertThat(Suggestion.unknown("zebra", List.of("role", "region"))).doesNotContain("did you mean");
        assertThat(Suggestion.unknown("x", List.of())).isEqualTo("unknown key; no key is allowed here");
    }

    private static Object good(String text, Function<Node, Object> reading) {
        SectionText<Object> read = SectionText.read(new Sample<>(reading), "pgvigil: { sample: { x: " + text + " } }");

        assertThat(read.problems()).isEmpty();
        return read.value();
    }

    private record Sample<T>(Function<Node, T> reading) implements Section<T> {

        @Override
        public String key() {
            return "sample";
        }

        @Override
        public T read(Node node) {
            return reading.apply(node);
        }
    }
}
