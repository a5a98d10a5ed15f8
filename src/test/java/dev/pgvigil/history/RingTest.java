package dev.pgvigil.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Observations;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.state.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RingTest {

    private static final ConnectionSample SEEN = new ConnectionSample(85, 97);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    /**
     * One heartbeat.
     *
     * @param pause seconds since the previous one; negative: the clock was set back
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

    /** Compares the ring with a plain list: the same heartbeats in the same buckets, for any steps of the clock. */
    @Property(tries = 300)
    void keepsSamplesSinceClockWasLastSetBack(@ForAll("beats") List<Beat> beats) {
        HeartbeatRing ring = new HeartbeatRing();
        List<long[]> kept = new ArrayList<>();
        long time = NOON.getEpochSecond();
        for (Beat beat : beats) {
            time += beat.pause;
            long bucket = Math.floorDiv(time, HeartbeatRing.SECONDS);
            if (beat.pause < 0) {
                kept.removeIf(one -> one[0] >= bucket);
            }
            kept.removeIf(one -> one[0] <= bucket - HeartbeatRing.BUCKETS);
            kept.add(new long[] {bucket, beat.milliseconds < 0 ? 0 : 1});
            if (beat.milliseconds < 0) {
                ring.lost(Instant.ofEpochSecond(time));
            } else {
                ring.answered(Instant.ofEpochSecond(time), beat.milliseconds);
            }
        }
        Instant now = Instant.ofEpochSecond(time);
        List<HeartbeatSeries> read = ring.until(now, HeartbeatRing.BUCKETS, 1);
        assertThat(read).hasSize(HeartbeatRing.BUCKETS);
        for (int i = 0; i < read.size(); i++) {
            long bucket = Math.floorDiv(time, HeartbeatRing.SECONDS) - (read.size() - 1 - i);
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
    void sketchHasSameTotals(@ForAll("beats") List<Beat> beats) {
        HeartbeatRing ring = new HeartbeatRing();
        long time = NOON.getEpochSecond();
        for (Beat beat : beats) {
            time += Math.abs(beat.pause);
            ring.answered(Instant.ofEpochSecond(time), Math.max(0, beat.milliseconds));
        }
        Instant now = Instant.ofEpochSecond(time);
        List<HeartbeatSeries> fine = ring.until(now, 360, 1);
        List<HeartbeatSeries> coarse = ring.until(now, 60, 6);
        assertThat(coarse.stream().mapToInt(HeartbeatSeries::answered).sum())
                .isEqualTo(fine.stream().mapToInt(HeartbeatSeries::answered).sum());
        assertThat(coarse.stream().mapToDouble(HeartbeatSeries::max).max())
                .isEqualTo(fine.stream().mapToDouble(HeartbeatSeries::max).max());
    }

    /** Observations at any interval, each slightly late: no bucket is empty, and no missed observation is hidden. */
    @Property(tries = 300)
    void fillsGapsBetweenRegularSamples(
            @ForAll @LongRange(min = 100, max = 180_000) long everyMs, @ForAll @DoubleRange(max = 0.2) double late) {
        Duration every = Duration.ofMillis(everyMs);
        ServerHistory history = new ServerHistory();
        Instant now = NOON.plusSeconds(5000);
        for (Instant at = NOON; at.isBefore(now); at = at.plusMillis(Math.round(everyMs * (1 + late)))) {
            history.beat(answered(at));
            history.connections(new Outcome.Observed<>(at, Duration.ZERO, Observations.connections()));
        }
        for (Window window : Window.values()) {
            assertThat(allButLast(history.beats(now, window, every))).allMatch(HeartbeatSeries::observed);
            assertThat(allButLast(history.sketch(now, window, every))).allMatch(HeartbeatSeries::observed);
            assertThat(allButLast(history.connections(now, window, every))).allMatch(ConnectionSample::observed);
        }
    }

    @Property(tries = 300)
    void gapFillIsBoundedAndAddsNoLostHeartbeats(
            @ForAll List<@IntRange(max = 3) Integer> lost, @ForAll @LongRange(max = 100_000) long everyMs) {
        GapFill carrying = GapFill.of(Duration.ofMillis(everyMs), HeartbeatRing.SECONDS);
        List<HeartbeatSeries> all = new ArrayList<>(Collections.nCopies(carrying.most(), HeartbeatSeries.NONE));
        lost.forEach(count -> all.add(new HeartbeatSeries(0, 0, 0, 0, count)));
        List<HeartbeatSeries> carried = carrying.over(all, HeartbeatSeries::observed, HeartbeatSeries::carry);
        assertThat(carried).hasSameSizeAs(lost);
        assertThat(HeartbeatSeries.lost(carried)).isEqualTo(HeartbeatSeries.lost(all));
        for (int i = 0; i < carried.size(); i++) {
            int from = i;
            while (from >= 0 && lost.get(from) == 0) {
                from--;
            }
            boolean near = from >= 0 && i - from <= carrying.most();
            assertThat(carried.get(i).lost()).isEqualTo(near ? lost.get(from) : 0);
            assertThat(carried.get(i).carried()).isEqualTo(near && from < i);
        }
    }

    @Example
    void doesNotFillGapsAtDefaultIntervals() {
        assertThat(GapFill.of(Duration.ofSeconds(1), HeartbeatRing.SECONDS).most())
                .isZero();
        assertThat(GapFill.of(Duration.ofSeconds(4), HeartbeatRing.SECONDS).most())
                .isZero();
        assertThat(GapFill.of(Duration.ofSeconds(15), ConnectionSampleRing.SECONDS)
                        .most())
                .isZero();
        assertThat(GapFill.of(Duration.ofMinutes(2), ConnectionSampleRing.SECONDS)
                        .most())
                .isEqualTo(5);
        assertThat(GapFill.of(Duration.ofDays(9999), ConnectionSampleRing.SECONDS)
                        .most())
                .isEqualTo(1000);
    }

    @Example
    void fillsStartOfWindowFromEarlierSample() {
        ServerHistory history = new ServerHistory();
        history.connections(new Outcome.Observed<>(NOON, Duration.ZERO, Observations.connections()));
        for (Window window : Window.values()) {
            Instant now = NOON.plusSeconds(window.minutes() * 60L);
            assertThat(history.connections(now, window)).containsOnly(ConnectionSample.NONE);
            assertThat(history.connections(now, window, Duration.ofMinutes(2)).subList(0, 6))
                    .containsExactly(SEEN, SEEN, SEEN, SEEN, SEEN, ConnectionSample.NONE);
        }
    }

    private static Outcome<?> answered(Instant at) {
        return new Outcome.Observed<>(at, Duration.ZERO, new HeartbeatResult(Role.PRIMARY, 1));
    }

    /** The current bucket has only begun. */
    private static <T> List<T> allButLast(List<T> stretches) {
        return stretches.subList(0, stretches.size() - 1);
    }

    @Example
    void mergesHeartbeatsOfBucket() {
        HeartbeatRing ring = new HeartbeatRing();
        ring.answered(NOON, 2);
        ring.answered(NOON.plusSeconds(3), 4);
        ring.answered(NOON.plusSeconds(9), Double.NaN);
        ring.lost(NOON.plusSeconds(9));
        assertThat(ring.until(NOON.plusSeconds(9), 1, 1)).containsExactly(new HeartbeatSeries(2, 3, 4, 2, 1));
        assertThat(ring.until(NOON.plusSeconds(20), 3, 1))
                .containsExactly(new HeartbeatSeries(2, 3, 4, 2, 1), HeartbeatSeries.NONE, HeartbeatSeries.NONE);
        assertThat(ring.until(NOON.plusSeconds(3600), 360, 1)).containsOnly(HeartbeatSeries.NONE);
    }

    @Example
    void keepsMaximumConnectionsWithTheirLimit() {
        ConnectionSampleRing ring = new ConnectionSampleRing();
        ring.add(NOON, 40, 97);
        ring.add(NOON.plusSeconds(15), 20, 97);
        ring.add(NOON.plusSeconds(60), 0, 0);
        assertThat(ring.until(NOON.plusSeconds(60), 3))
                .containsExactly(new ConnectionSample(40, 97), ConnectionSample.NONE, new ConnectionSample(0, 1));
    }

    @Example
    void selectsShortestWindowThatCoversUptime() {
        assertThat(Window.since(NOON, NOON.plusSeconds(90))).isEqualTo(Window.TEN);
        assertThat(Window.since(NOON, NOON.plusSeconds(601))).isEqualTo(Window.THIRTY);
        assertThat(Window.since(NOON, NOON.plusSeconds(9_000))).isEqualTo(Window.SIXTY);
        assertThat(Window.since(NOON, NOON.minusSeconds(9_000))).isEqualTo(Window.TEN);
    }
}
