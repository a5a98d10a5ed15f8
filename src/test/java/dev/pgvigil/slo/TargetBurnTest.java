package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.slo.TargetBurn.Level;
import org.junit.jupiter.api.Test;

class TargetBurnTest {

    @Test
    void getsWorseAtOnce() {
        assertThat(at(Level.OK, 10).then(at(Level.PAGE, 11))).isEqualTo(at(Level.PAGE, 11));
    }

    @Test
    void getsBetterOnlyAfterFiveQuietMinutes() {
        TargetBurn burn = at(Level.PAGE, 10).then(at(Level.PAGE, 50));
        assertThat(burn).isEqualTo(new TargetBurn(Level.PAGE, "availability", 10, 50));

        assertThat(burn.then(at(Level.OK, 349))).isEqualTo(burn);
        assertThat(burn.then(at(Level.OK, 350)).level()).isEqualTo(Level.OK);
        assertThat(burn.then(at(Level.OK, 349)).then(at(Level.PAGE, 351)).since())
                .isEqualTo(10);
    }

    @Test
    void clockThatWasSetBackDoesNotHoldForLong() {
        assertThat(at(Level.PAGE, 10_000).then(at(Level.OK, 5_000)).level()).isEqualTo(Level.OK);
    }

    @Test
    void worstObjectiveCounts() {
        assertThat(at(Level.WARNING, 1).worse(at(Level.PAGE, 1)).level()).isEqualTo(Level.PAGE);
        assertThat(at(Level.PAGE, 1).worse(at(Level.OK, 1)).level()).isEqualTo(Level.PAGE);
    }

    private static TargetBurn at(Level level, long second) {
        return new TargetBurn(level, "availability", second, second);
    }
}
