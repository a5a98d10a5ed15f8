package dev.pgvigil.check.custom;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRangeTest {

    @ParameterizedTest
    @CsvSource({
        ">=10.0.0, 140005, true",
        ">=9.4 <14, 140000, false",
        ">=9.4 <14, 130022, true",
        "<10.0.0 || >=17, 180004, true",
        "<10.0.0 || >=17, 160001, false",
        ">= 14.5, 140004, false",
        ">= 14.5, 140005, true",
        "!=16.0.0, 160000, false",
        "14.5.0, 140005, true",
        "<9.6.3, 90602, true",
    })
    void comparesVersionsAsTheServerCountsThem(String range, int server, boolean contained) {
        assertThat(VersionRange.of(range))
                .hasValueSatisfying(
                        parsed -> assertThat(parsed.contains(server)).isEqualTo(contained));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "new", ">=", ">=14 and <17", "|| >=14", "14 || "})
    void rejectsWhatIsNoRange(String text) {
        assertThat(VersionRange.of(text)).isEmpty();
    }
}
