package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanFormatTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "0.04, 0 s",
        "3.25, 3.3 s",
        "9.94, 9.9 s",
        "9.95, 10 s",
        "42.4, 42 s",
        "119.4, 119 s",
        "119.6, 2 min",
        "370, 6 min 10 s",
        "7199, 119 min 59 s",
        "7200, 2 h",
        "11100, 3 h 5 min",
        "172800, 2 d",
        "190000, 2 d 4 h",
    })
    void seconds(double seconds, String phrase) {
        assertThat(HumanFormat.seconds(seconds)).isEqualTo(phrase);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 %", "0.0012, 0.12 %", "0.01, 1 %", "0.825, 82.5 %", "0.95, 95 %", "1.01, 101 %"})
    void percent(double ratio, String phrase) {
        assertThat(HumanFormat.percent(ratio)).isEqualTo(phrase);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 sessions", "1, 1 session", "5, 5 sessions"})
    void count(long number, String phrase) {
        assertThat(HumanFormat.count(number, "session")).isEqualTo(phrase);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1600, 1.6 KiB",
        "134217728, 128 MiB",
        "1073741823, 1 GiB",
        "5905580032, 5.5 GiB",
        "-2048, -2 KiB",
    })
    void bytes(double bytes, String phrase) {
        assertThat(HumanFormat.bytes(bytes)).isEqualTo(phrase);
    }

    @ParameterizedTest
    @CsvSource({
        "950, 950",
        "9999, 9999",
        "12345, 12.3 thousand",
        "999949, 999.9 thousand",
        "1200000, 1.2 million",
        "999950000, 1 billion",
        "2147483647, 2.1 billion"
    })
    void large(double number, String phrase) {
        assertThat(HumanFormat.large(number)).isEqualTo(phrase);
    }
}
