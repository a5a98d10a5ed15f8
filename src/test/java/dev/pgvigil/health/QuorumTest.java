package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "7, 7"})
    void allRequiresEveryTargetAndAtLeastOne(int targets, int needed) {
        assertThat(new Quorum.All().of(targets)).isEqualTo(needed);
    }

    @ParameterizedTest
    @CsvSource({"2, 1, 2", "2, 5, 2"})
    void countIsFixed(int count, int targets, int needed) {
        assertThat(new Quorum.Count(count).of(targets)).isEqualTo(needed);
    }

    @ParameterizedTest
    @CsvSource({"50, 3, 2", "50, 4, 2", "1, 10, 1", "1, 0, 1", "100, 7, 7", "67, 3, 3", "66, 3, 2"})
    void percentageIsRoundedUp(int percent, int targets, int needed) {
        assertThat(new Quorum.Percent(percent).of(targets)).isEqualTo(needed);
    }
}
