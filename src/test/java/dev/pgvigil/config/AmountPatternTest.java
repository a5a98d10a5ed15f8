package dev.pgvigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountPatternTest {

    private static final Map<String, BigDecimal> UNITS = Map.of("a", BigDecimal.ONE, "k", new BigDecimal(60));

    @Property(tries = 3000)
    void acceptsValuesInRange(
            @ForAll @BigRange(min = "0", max = "2000") @Scale(2) BigDecimal value,
            @ForAll @BigRange(min = "0", max = "2000") @Scale(2) BigDecimal one,
            @ForAll @BigRange(min = "0", max = "2000") @Scale(2) BigDecimal other) {
        BigDecimal min = one.min(other);
        BigDecimal max = one.max(other);
        String text = value.toPlainString();
        String pattern = AmountPattern.of(min, max, UNITS);

        assertThat((text + "a").matches(pattern))
                .as("%s in %s..%s", text, min, max)
                .isEqualTo(within(value, min, max));
        assertThat((text + " k").matches(pattern)).isEqualTo(within(value.multiply(new BigDecimal(60)), min, max));
        assertThat((min + "a").matches(pattern) && (max + "a").matches(pattern)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0a, true",
        "00.50a, true",
        "100a, true",
        "100.000a, true",
        "100.001a, false",
        "101a, false",
        "1000a, false",
        "1k, true",
        "1.7k, false",
        "5, false",
        "-1a, false",
        "1.a, false",
        ".5a, false",
        "'', false",
        "1aa, false",
    })
    void readsWholeAmounts(String text, boolean good) {
        assertThat(text.matches(AmountPattern.of(BigDecimal.ZERO, new BigDecimal(100), UNITS)))
                .isEqualTo(good);
    }

    private static boolean within(BigDecimal value, BigDecimal min, BigDecimal max) {
        return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
    }
}
