package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.CounterDeltas.Collection;
import dev.pgvigil.check.CounterDeltas.Counters;
import dev.pgvigil.check.CounterDeltas.Growth;
import dev.pgvigil.postgres.MemoryBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CounterDeltasTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final MemoryBudget budget = new MemoryBudget(1 << 20);
    private final CounterDeltas<String> deltas = new CounterDeltas<>(2, 16, budget);

    @Test
    void usesFirstCollectionAsBaseline() {
        Growth<String> growth = advance(0, true, row("a", 5, 50));

        assertThat(growth.grown()).isEmpty();
        assertThat(growth.elapsed()).isZero();
    }

    @Test
    void reportsDifferenceOfKeysThatGrew() {
        advance(0, true, row("a", 5, 50), row("b", 1, 10));
        Growth<String> growth = advance(60, true, row("a", 7, 80), row("b", 1, 10));

        assertThat(growth.elapsed()).isEqualTo(Duration.ofMinutes(1));
        assertThat(values(growth)).containsExactly(Map.entry("a", List.of(2.0, 30.0)));
    }

    @Test
    void countsNewKeyFromZeroWhenAllKeysWereKnown() {
        advance(0, true, row("a", 5, 50));

        assertThat(values(advance(60, true, row("a", 5, 50), row("b", 3, 9))))
                .containsExactly(Map.entry("b", List.of(3.0, 9.0)));
    }

    @Test
    void usesNewKeyAsBaselineWhenKeysWereOmitted() {
        advance(0, false, row("a", 5, 50));

        assertThat(values(advance(60, true, row("a", 5, 50), row("b", 300, 9)))).isEmpty();
    }

    @Test
    void countsReturningEvictedKeyFromZero() {
        advance(0, true, row("a", 500, 50), row("b", 1, 1));
        advance(60, true, row("b", 1, 1));

        assertThat(values(advance(120, true, row("a", 2, 4), row("b", 1, 1))))
                .containsExactly(Map.entry("a", List.of(2.0, 4.0)));
    }

    @Test
    void takesNoLowerSumForAReset() {
        CounterDeltas<String> summed = new CounterDeltas<>(2, 1, 16, budget);
        summed.advance(new Collection<>(START, List.of(row("a", 500, 50)), null, true));
        Growth<String> growth = summed.advance(
                new Collection<>(START.plusSeconds(60), List.of(row("a", 502, 49.999), row("b", 0, 5)), null, true));

        assertThat(growth.grown()).hasSize(1);
        assertThat(growth.grown().getFirst().restarted()).isFalse();
        assertThat(growth.grown().getFirst().values()[0]).isEqualTo(2);
    }

    @Test
    void detectsResetKeyByLowerCounter() {
        advance(0, true, row("a", 500, 50));
        Growth<String> growth = advance(60, true, row("a", 2, 60));

        assertThat(values(growth)).containsExactly(Map.entry("a", List.of(2.0, 60.0)));
        assertThat(growth.grown().getFirst().restarted()).isTrue();
    }

    @Test
    void detectsResetKeyByStartTime() {
        deltas.advance(new Collection<>(
                START, List.of(new Counters<>("a", new double[] {5, 5}, START.minusSeconds(9))), 1, true));
        Growth<String> growth = deltas.advance(new Collection<>(
                START.plusSeconds(60),
                List.of(new Counters<>("a", new double[] {7, 9}, START.plusSeconds(30))),
                1,
                true));

        assertThat(values(growth)).containsExactly(Map.entry("a", List.of(7.0, 9.0)));
    }

    @Test
    void detectsResetOfAllCounters() {
        advance(0, true, row("a", 5, 50));
        Growth<String> growth =
                deltas.advance(new Collection<>(START.plusSeconds(60), List.of(row("a", 6, 51)), "reset", true));

        assertThat(growth.restarted()).isTrue();
        assertThat(values(growth)).containsExactly(Map.entry("a", List.of(6.0, 51.0)));
    }

    @Test
    void tracksNoKeysOverBudgetAndReleasesMemory() {
        MemoryBudget small = new MemoryBudget(1500);
        CounterDeltas<Integer> some = new CounterDeltas<>(2, 16, small);
        List<Counters<Integer>> many = IntStream.range(0, 100)
                .mapToObj(key -> new Counters<>(key, new double[] {1, 1}, null))
                .toList();

        Growth<Integer> growth = some.advance(new Collection<>(START, many, 1, true));

        assertThat(growth.untracked()).isEqualTo(100 - some.size()).isPositive();
        assertThat(small.used()).isLessThanOrEqualTo(1500).isPositive();
        assertThat(some.advance(new Collection<>(START.plusSeconds(1), many, 1, true))
                        .grown())
                .isEmpty();
        some.release();
        assertThat(small.used()).isZero();
    }

    /** For any keys that come and go, no growth is negative, and the growth of a key that stays adds up to its total. */
    @Property
    void addsUpGrowth(@ForAll @Size(max = 30) List<@IntRange(max = 5) Integer> steps) {
        CounterDeltas<Integer> some = new CounterDeltas<>(1, 8, new MemoryBudget(1 << 20));
        Map<Integer, Double> counted = new HashMap<>(Map.of(0, 0.0));
        double sum = 0;
        Instant now = START;
        some.advance(collection(now, counted));
        for (int step : steps) {
            counted.merge(step, 1.0, Double::sum);
            counted.remove(step == 3 ? 2 : -1);
            now = now.plusSeconds(1);
            Growth<Integer> growth = some.advance(collection(now, counted));
            assertThat(growth.grown()).allMatch(delta -> delta.values()[0] > 0);
            sum += growth.grown().stream()
                    .filter(delta -> delta.key() == 0)
                    .mapToDouble(delta -> delta.values()[0])
                    .sum();
        }
        assertThat(sum).isEqualTo(counted.get(0));
    }

    private static Collection<Integer> collection(Instant at, Map<Integer, Double> counted) {
        List<Counters<Integer>> rows = new ArrayList<>();
        counted.forEach((key, value) -> rows.add(new Counters<>(key, new double[] {value}, null)));
        return new Collection<>(at, rows, 1, true);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private final Growth<String> advance(long seconds, boolean complete, Counters<String>... rows) {
        return deltas.advance(new Collection<>(START.plusSeconds(seconds), List.of(rows), "first", complete));
    }

    private static Counters<String> row(String key, double... values) {
        @Nullable Instant unknown = null;
        return new Counters<>(key, values, unknown);
    }

    private static List<Map.Entry<String, List<Double>>> values(Growth<String> growth) {
        return growth.grown().stream()
                .map(delta -> Map.entry(
                        delta.key(),
                        java.util.Arrays.stream(delta.values()).boxed().toList()))
                .toList();
    }
}
