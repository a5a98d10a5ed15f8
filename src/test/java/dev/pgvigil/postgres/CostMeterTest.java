package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class CostMeterTest {

    private static final long SECOND = 1_000_000_000L;

    /** Compares with a plain sum over the last sixty whole seconds. */
    @Property
    void computesRatioOfLastMinute(
            @ForAll @LongRange(min = -1000 * SECOND, max = 1000 * SECOND) long start,
            @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 5_000) Integer> pausesMs) {
        CostMeter meter = new CostMeter();
        Deque<Long> times = new ArrayDeque<>();
        long now = start;
        for (int pause : pausesMs) {
            now += pause * 1_000_000L;
            meter.addStatement(1_000_000, now);
            times.add(now);
        }
        long second = Math.floorDiv(now, SECOND);
        long counted = times.stream()
                .filter(time -> Math.floorDiv(time, SECOND) > second - 60)
                .count();
        assertThat(meter.ratio(now)).isCloseTo(counted * 1e-3 / 60, within(1e-12));
        assertThat(meter.statements()).isEqualTo(pausesMs.size());
        assertThat(meter.ratio(now + 61 * SECOND)).isZero();
    }
}
