package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Problem;
import dev.pgvigil.self.FirstPass;
import dev.pgvigil.self.LoopLag;
import dev.pgvigil.self.ProcessHealth;
import dev.pgvigil.self.SelfSettings;
import dev.pgvigil.self.WatchStall;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelfHealthTest {

    private static final Instant LOADED = Instant.parse("2026-09-26T12:00:00Z");
    private static final SelfSettings LIMITS =
            new SelfSettings(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(10));
    private static final WatchStall BEATING = new WatchStall(Duration.ofMillis(400), Duration.ZERO);
    private static final FirstPass DONE = new FirstPass(3, 0, Duration.ofSeconds(1));
    private static final FirstPass PENDING = new FirstPass(3, 2, Duration.ofSeconds(1));

    @Test
    void isUpWhenAllIsWell() {
        SelfHealth own = own(vitals(BEATING, List.of(), DONE, 0, 0), LOADED);

        assertThat(own.live()).extracting(HealthCheckResult::name).containsExactly("event-loops", "watch", "threads");
        assertThat(own.ready())
                .extracting(HealthCheckResult::name)
                .containsExactly("configuration", "first-pass", "event-loops");
        assertThat(own.started()).extracting(HealthCheckResult::name).containsExactly("configuration", "first-pass");
        assertThat(own.all())
                .allMatch(HealthCheckResult::up)
                .extracting(HealthCheckResult::name)
                .doesNotHaveDuplicates()
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"10000, true", "10001, false"})
    void oneStuckLoopIsEnoughToBeNeitherAliveNorReady(long late, boolean up) {
        SelfHealth own = own(vitals(BEATING, List.of(), DONE, 0, late), LOADED);

        assertThat(down(own.live())).isEqualTo(up ? List.of() : List.of("event-loops"));
        assertThat(down(own.ready())).isEqualTo(up ? List.of() : List.of("event-loops"));
        assertThat(down(own.started())).isEmpty();
    }

    @Test
    void namesTheStuckLoop() {
        SelfHealth own = own(vitals(BEATING, List.of(), DONE, 0, 12_345), LOADED);

        assertThat(own.live().getFirst().data().entries())
                .containsEntry("loops", 2L)
                .containsEntry("stuck", 1L)
                .containsEntry("late_ms", 12_345L)
                .containsEntry("bound_ms", 10_000L)
                .containsEntry("stuck.loop-1_ms", 12_345L);
    }

    @Test
    void namesTenOfManyStuckLoops() {
        long[] late = IntStream.range(0, 64).mapToLong(i -> 20_000).toArray();

        assertThat(own(vitals(BEATING, List.of(), DONE, late), LOADED)
                        .live()
                        .getFirst()
                        .data()
                        .entries())
                .hasSize(4 + 10);
    }

    @ParameterizedTest
    @CsvSource({
        "60000, 0, true",
        "60001, 0, false",
        "60001, 5000, false",
        "60001, 5001, true",
        "120000, 10000, true",
        "120001, 10000, false",
    })
    void aSilentWatchIsDeadUnlessHeartbeatsAreRare(long silent, long interval, boolean up) {
        WatchStall silence = new WatchStall(Duration.ofMillis(silent), Duration.ofMillis(interval));

        SelfHealth own = own(vitals(silence, List.of(), DONE, 0), LOADED);
        assertThat(down(own.live())).isEqualTo(up ? List.of() : List.of("watch"));
        assertThat(down(own.ready())).isEmpty();
    }

    @Test
    void withoutTargetsTheWatchOwesNothing() {
        assertThat(down(own(vitals(null, List.of(), DONE, 0), LOADED).live())).isEmpty();
    }

    @Test
    void aDeadlockIsDeath() {
        SelfHealth own = own(vitals(BEATING, List.of("one", "two"), DONE, 0), LOADED);

        assertThat(down(own.live())).containsExactly("threads");
        assertThat(own.live().get(2).data().entries())
                .containsEntry("deadlocked", 2L)
                .containsEntry("names", "one, two");
    }

    @Test
    void soIsAnObserverThatSeesNothingAnyMore() {
        ProcessHealth blind = new ProcessHealth(List.of(), null, Duration.ofSeconds(61), List.of(), DONE);

        assertThat(down(own(blind, LOADED).live())).containsExactly("threads");
    }

    @Test
    void isNotReadyBeforeTheFirstPassUnlessItsGraceIsOver() {
        SelfHealth own = own(vitals(BEATING, List.of(), PENDING, 0), LOADED);
        assertThat(down(own.ready())).containsExactly("first-pass");
        assertThat(down(own.started())).containsExactly("first-pass");
        assertThat(down(own.live())).isEmpty();

        FirstPass late = new FirstPass(3, 2, Duration.ofSeconds(10));
        assertThat(down(own(vitals(BEATING, List.of(), late, 0), LOADED).ready()))
                .isEmpty();
    }

    @Test
    void aConfigurationThatNeverLoadedIsNotReady() {
        assertThat(down(own(vitals(BEATING, List.of(), DONE, 0), null).ready())).containsExactly("configuration");
    }

    @Test
    void aBadChangeOfTheConfigurationIsToldAndNoReasonToBeDown() {
        Configuration.State state = new Configuration.State(
                "file", LOADED, LOADED, List.of(new Problem("pgvigil.targets", 3, "must be")), 1, 1);
        HealthCheckResult part = new SelfHealth(vitals(BEATING, List.of(), DONE, 0), LIMITS, state)
                .ready()
                .getFirst();

        assertThat(part.up()).isTrue();
        assertThat(part.data().entries()).containsEntry("problems", 1L);
    }

    private static SelfHealth own(ProcessHealth vitals, @Nullable Instant loaded) {
        return new SelfHealth(vitals, LIMITS, new Configuration.State("file", loaded, loaded, List.of(), 0, 0));
    }

    private static ProcessHealth vitals(
            @Nullable WatchStall silence, List<String> deadlocked, FirstPass firstPass, long... late) {
        List<LoopLag> loops = IntStream.range(0, late.length)
                .mapToObj(i -> new LoopLag(i, "loop-" + i, Duration.ofMillis(late[i]), Duration.ofMillis(late[i])))
                .toList();
        return new ProcessHealth(loops, silence, Duration.ofSeconds(1), deadlocked, firstPass);
    }

    private static List<String> down(List<HealthCheckResult> parts) {
        return parts.stream()
                .filter(part -> !part.up())
                .map(HealthCheckResult::name)
                .toList();
    }
}
