package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class OverheadThrottlePropertyTest {

    @Property
    void raisesFactorWhileOverBudgetUpToMaximum(
            @ForAll @DoubleRange(min = 1, max = 32) @Scale(4) double factor,
            @ForAll @DoubleRange(min = 0.0101, max = 1) @Scale(4) double ratio) {
        double next = OverheadThrottle.next(factor, ratio, 0.01);
        assertThat(next).isBetween(Math.min(32, factor * 1.25), 32.0);
    }

    @Property
    void lowersFactorOnlyWhileBelowBudget(
            @ForAll @DoubleRange(min = 1, max = 32) @Scale(4) double factor,
            @ForAll @DoubleRange(min = 0, max = 0.01) @Scale(4) double ratio) {
        double next = OverheadThrottle.next(factor, ratio, 0.01);
        assertThat(next).isBetween(Math.max(1, factor / 2), factor);
        assertThat(next == factor || ratio * factor / next <= 0.01).isTrue();
    }

    @Test
    void returnsToNormalWhenCostIsGone() {
        double factor = 32;
        for (int i = 0; i < 5; i++) {
            factor = OverheadThrottle.next(factor, 0.0001, 0.01);
        }
        assertThat(factor).isEqualTo(1);
    }

    @Test
    void zeroBudgetThrottlesAnyCost() {
        assertThat(OverheadThrottle.next(1, 0.0001, 0)).isEqualTo(32);
        assertThat(OverheadThrottle.next(32, 0, 0)).isEqualTo(16);
        assertThat(OverheadThrottle.next(1, 0, 0)).isEqualTo(1);
    }

    /** With a fixed cost per statement, the overhead settles below the budget and stays there. */
    @Property
    void settlesWithinBudget(@ForAll @DoubleRange(min = 0.011, max = 0.3) @Scale(4) double costAtFullPace) {
        double factor = 1;
        for (int i = 0; i < 100; i++) {
            factor = OverheadThrottle.next(factor, costAtFullPace / factor, 0.01);
        }
        double settled = factor;
        for (int i = 0; i < 50; i++) {
            factor = OverheadThrottle.next(factor, costAtFullPace / factor, 0.01);
            assertThat(factor).isEqualTo(settled);
        }
        assertThat(costAtFullPace / settled).isLessThanOrEqualTo(0.01);
    }
}
