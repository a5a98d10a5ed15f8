package dev.pgvigil.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** The rings against a list of every second. */
class CountRingTest {

    private static final long BEGIN = 1_700_000_000L;
    private static final int OLDEST_BUCKET_OF_BUDGET = 6 * 3600;

    /** Seconds that are alike, after a gap in which nobody looked. */
    record Stretch(int gap, int length, Second what, boolean maintenance, boolean restart) {}

    @Provide
    Arbitrary<List<Stretch>> stretches() {
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.just(0)),
                                Tuple.of(2, Arbitraries.integers().between(1, 400)),
                                Tuple.of(1, Arbitraries.integers().between(400, 20 * 86_400))),
                        Arbitraries.frequencyOf(
                                Tuple.of(3, Arbitraries.integers().between(1, 100)),
                                Tuple.of(2, Arbitraries.integers().between(100, 4_000))),
                        Arbitraries.of(Second.class),
                        Arbitraries.of(true, false, false, false),
                        Arbitraries.of(true, false, false))
                .as(Stretch::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    /** Each window is exact but for its oldest bucket, of which the ring knows only how much, not when. */
    @Property(tries = 100)
    void everyWindowIsExactUpToItsOldestBucket(@ForAll("stretches") List<Stretch> stretches) throws IOException {
        CountRing ring = new CountRing(BudgetWindow.D7);
        Map<Long, Stretch> exact = new TreeMap<>();
        long now = BEGIN;
        for (Stretch stretch : stretches) {
            now += stretch.gap();
            for (int i = 0; i < stretch.length(); i++) {
                ring.add(now, stretch.what(), stretch.maintenance());
                exact.put(now, stretch);
                now++;
            }
            ring = stretch.restart() ? copy(ring) : ring;
            for (Span span : Span.values()) {
                assertClose(ring.over(span, now), exact, now - span.seconds(), now, width(span));
            }
            assertClose(ring.overBudget(now), exact, now - BudgetWindow.D7.seconds(), now, OLDEST_BUCKET_OF_BUDGET);
        }
    }

    private static int width(Span span) {
        return List.of(15, 120, 1800).get(span.tier());
    }

    /** A window that begins with a bucket is exact; another one lies between the windows that begin with the buckets around it. */
    private static void assertClose(Counts counts, Map<Long, Stretch> exact, long begin, long end, int width) {
        long inner = Math.ceilDiv(begin, width) * width;
        long outer = Math.floorDiv(begin, width) * width;
        Counts least = count(exact, inner, end);
        Counts most = count(exact, outer, end);
        double share = inner == outer ? 0 : (double) (inner - begin) / width;
        assertThat(counts.good()).isEqualTo(mix(least.good(), most.good(), share), within(1e-6));
        assertThat(counts.bad()).isEqualTo(mix(least.bad(), most.bad(), share), within(1e-6));
        assertThat(counts.excluded()).isEqualTo(mix(least.excluded(), most.excluded(), share), within(1e-6));
        assertThat(counts.excludedBad()).isEqualTo(mix(least.excludedBad(), most.excludedBad(), share), within(1e-6));
    }

    private static double mix(double least, double most, double share) {
        return least + (most - least) * share;
    }

    private static Counts count(Map<Long, Stretch> exact, long begin, long end) {
        double[] sums = new double[4];
        ((TreeMap<Long, Stretch>) exact).subMap(begin, end).values().forEach(second -> {
            sums[0] += !second.maintenance() && second.what() == Second.GOOD ? 1 : 0;
            sums[1] += !second.maintenance() && second.what() == Second.BAD ? 1 : 0;
            sums[2] += second.maintenance() ? 1 : 0;
            sums[3] += second.maintenance() && second.what() == Second.BAD ? 1 : 0;
        });
        return new Counts(sums[0], sums[1], sums[2], sums[3]);
    }

    private static CountRing copy(CountRing ring) throws IOException {
        CountRing copy = new CountRing(BudgetWindow.D7);
        copy.read(new DataInputStream(new ByteArrayInputStream(written(ring))));
        return copy;
    }

    private static byte[] written(CountRing ring) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ring.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @Test
    void takesEightKilobytesAtMost() throws IOException {
        assertThat(written(new CountRing(BudgetWindow.D30))).hasSizeBetween(5_000, 8_192);
    }

    @Test
    void clockThatIsSetBackMovesWhatIsKeptBack() {
        CountRing ring = new CountRing(BudgetWindow.D30);
        for (long second = BEGIN; second < BEGIN + 60; second++) {
            ring.add(second, Second.BAD, false);
        }

        ring.notAfter(BEGIN - 86_400);

        long now = BEGIN - 86_400 + 15;
        assertThat(ring.over(Span.M5, now).bad()).isEqualTo(60, within(15.0));
        assertThat(ring.overBudget(now).bad()).isEqualTo(60, within(1e-6));
    }

    @Test
    void refusesBucketThatCannotBe() throws IOException {
        CountRing ring = new CountRing(BudgetWindow.D7);
        ring.add(BEGIN, Second.BAD, false);
        byte[] bytes = written(ring);
        bytes[12] = 0x7f;

        assertThatThrownBy(
                        () -> new CountRing(BudgetWindow.D7).read(new DataInputStream(new ByteArrayInputStream(bytes))))
                .isInstanceOf(IOException.class);
    }
}
