package dev.pgvigil.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RingTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    /**
     * One heartbeat.
     *
     * @param pause seconds since the one before; negative: the clock was put back
     * @param milliseconds negative: lost
     */
    record Beat(long pause, double milliseconds) {}

    @Provide
    Arbitrary<List<Beat>> beats() {
        Arbitrary<Long> pauses = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(20, Arbitraries.longs().between(0, 15)),
                net.jqwik.api.Tuple.of(2, Arbitraries.longs().between(0, 5000)),
                net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(-5000, -21)));
        return Combinators.combine(pauses, Arbitraries.doubles().between(-1, 1e9))
                .as(Beat::new)
                .list()
                .ofMaxSize(300);
    }

    /** The ring against a plain list: the same beats in the same stretches, whatever time and clock do. */
    @Property(tries = 300)
    void holdsWhatWasObservedSinceTheClockLastWentBack(@ForAll("beats") List<Beat> beats) {
        BeatRing ring = new BeatRing();
        List<long[]> kept = new ArrayList<>();
        long time = NOON.getEpochSecond();
        for (Beat beat : beats) {
            time += beat.pause;
            long bucket = Math.floorDiv(time, BeatRing.SECONDS);
            if (beat.pause < 0) {
                kept.removeIf(one -> one[0] >= bucket);
            }
            kept.removeIf(one -> one[0] <= bucket - BeatRing.BUCKETS);
            kept.add(new long[] {bucket, beat.milliseconds < 0 ? 0 : 1});
            if (beat.milliseconds < 0) {
                ring.lost(Instant.ofEpochSecond(time));
            } else {
                ring.answered(Instant.ofEpochSecond(time), beat.milliseconds);
            }
        }
        Instant now = Instant.ofEpochSecond(time);
        List<Beats> read = ring.until(now, BeatRing.BUCKETS, 1);
        assertThat(read).hasSize(BeatRing.BUCKETS);
        for (int i = 0; i < read.size(); i++) {
            long bucket = Math.floorDiv(time, BeatRing.SECONDS) - (read.size() - 1 - i);
            long answered =
                    kept.stream().filter(one -> one[0] == bucket && one[1] == 1).count();
            long lost =
                    kept.stream().filter(one -> one[0] == bucket && one[1] == 0).count();
            assertThat(read.get(i).answered()).as("answered in stretch %s", i).isEqualTo((int) answered);
            assertThat(read.get(i).lost()).as("lost in stretch %s", i).isEqualTo((int) lost);
            assertThat(read.get(i).min()).isLessThanOrEqualTo(read.get(i).max());
        }
    }

    @Property(tries = 100)
    void aSketchCountsTheSame(@ForAll("beats") List<Beat> beats) {
        BeatRing ring = new BeatRing();
        long time = NOON.getEpochSecond();
        for (Beat beat : beats) {
            time += Math.abs(beat.pause);
            ring.answered(Instant.ofEpochSecond(time), Math.max(0, beat.milliseconds));
        }
        Instant now = Instant.ofEpochSecond(time);
        List<Beats> fine = ring.until(now, 360, 1);
        List<Beats> coarse = ring.until(now, 60, 6);
        assertThat(coarse.stream().mapToInt(Beats::answered).sum())
                .isEqualTo(fine.stream().mapToInt(Beats::answered).sum());
        assertThat(coarse.stream().mapToDouble(Beats::max).max())
                .isEqualTo(fine.stream().mapToDouble(Beats::max).max());
    }

    @Example
    void sumsUpAStretch() {
        BeatRing ring = new BeatRing();
        ring.answered(NOON, 2);
        ring.answered(NOON.plusSeconds(3), 4);
        ring.answered(NOON.plusSeconds(9), Double.NaN);
        ring.lost(NOON.plusSeconds(9));
        assertThat(ring.until(NOON.plusSeconds(9), 1, 1)).containsExactly(new Beats(2, 3, 4, 2, 1));
        assertThat(ring.until(NOON.plusSeconds(20), 3, 1))
                .containsExactly(new Beats(2, 3, 4, 2, 1), Beats.NONE, Beats.NONE);
        assertThat(ring.until(NOON.plusSeconds(3600), 360, 1)).containsOnly(Beats.NONE);
    }

    @Example
    void keepsTheMostConnectionsAndTheirLimit() {
        UseRing ring = new UseRing();
        ring.seen(NOON, 40, 97);
        ring.seen(NOON.plusSeconds(15), 20, 97);
        ring.seen(NOON.plusSeconds(60), 0, 0);
        assertThat(ring.until(NOON.plusSeconds(60), 3)).containsExactly(new Use(40, 97), Use.NONE, new Use(0, 1));
    }

    @Example
    void showsNoMoreThanThereIs() {
        assertThat(Window.since(NOON, NOON.plusSeconds(90))).isEqualTo(Window.TEN);
        assertThat(Window.since(NOON, NOON.plusSeconds(601))).isEqualTo(Window.THIRTY);
        assertThat(Window.since(NOON, NOON.plusSeconds(9_000))).isEqualTo(Window.SIXTY);
        assertThat(Window.since(NOON, NOON.minusSeconds(9_000))).isEqualTo(Window.TEN);
    }
}
