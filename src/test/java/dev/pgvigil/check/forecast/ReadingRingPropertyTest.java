package dev.pgvigil.check.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class ReadingRingPropertyTest {

    private static final double HOURS = 8 * 3600.0;

    @Property(tries = 100)
    void keepsBoundedReadingsInOrderOverItsSpan(
            @ForAll @IntRange(min = 1, max = 5000) int readings,
            @ForAll @DoubleRange(min = 0.5, max = 900) double every) {
        ReadingRing ring = new ReadingRing(HOURS);
        for (int i = 0; i < readings; i++) {
            ring.add(1e9 + i * every, i);
        }

        double seen = (readings - 1) * every;
        assertThat(ring.size()).isBetween(Math.min(readings, ReadingRing.MOST / 2), ReadingRing.MOST);
        assertThat(ring.times()).isSorted().hasSameSizeAs(ring.values());
        assertThat(ring.values()).isSorted();
        assertThat(ring.seconds()).isLessThanOrEqualTo(HOURS);
        // what was seen is covered, but for the steps at both ends
        assertThat(ring.seconds()).isGreaterThanOrEqualTo(Math.min(seen, HOURS) * 0.8 - 2 * every);
    }

    @Example
    void ignoresReadingsThatAreNotNewer() {
        ReadingRing ring = new ReadingRing(HOURS);

        assertThat(ring.add(100, 1)).isTrue();
        assertThat(ring.add(100, 2)).isFalse();
        assertThat(ring.add(90, 3)).isFalse();
        assertThat(ring.values()).containsExactly(1);
    }

    @Example
    void forgetsWhatIsOlderThanItsSpan() {
        ReadingRing ring = new ReadingRing(HOURS);
        for (int i = 0; i < 20; i++) {
            ring.add(i, i);
        }
        ring.add(HOURS + 15.5, 99);

        assertThat(ring.values()).containsExactly(16, 17, 18, 19, 99);
    }
}
