package dev.pgvigil.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "shop, shop, true",
        "shop, shops, false",
        "shop, sho, false",
        "db2:*, db2:app_1, true",
        "db2:*, db2:, true",
        "db2:*, db20:app, false",
        "*, '', true",
        "'', '', true",
        "'', a, false",
        "?, '', false",
        "a?c, abc, true",
        "a?c, aéc, true",
        "a?c, a😀c, true",
        "*_tmp_*, app_tmp_1, true",
        "*ab, aab, true",
        "a*b*c, aXbYc, true",
        "a*b*c, aXcYb, false",
        "'a.c', abc, false",
        "'[a]', a, false",
        "'\\E.*', x, false",
        "'a*', 'a\nb', true",
    })
    void matches(String pattern, String text, boolean expected) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(expected);
    }

    @Property
    void matchesLikeRegularExpression(
            @ForAll @Chars({'a', 'b', '*', '?'}) @StringLength(max = 6) String pattern,
            @ForAll @Chars({'a', 'b', 'c'}) @StringLength(max = 8) String text) {
        String regex = pattern.replace("*", ".*").replace("?", ".");
        assertThat(new Glob(pattern).matches(text)).isEqualTo(Pattern.matches(regex, text));
    }

    @Test
    void matchesHostilePatternsInBoundedTime() {
        Glob many = new Glob("*a".repeat(50) + "b");
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThat(many.matches("a".repeat(5000))).isFalse());
    }
}
