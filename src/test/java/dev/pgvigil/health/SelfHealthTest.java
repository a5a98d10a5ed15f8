package dev.pgvigil.health;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Configuration;
import dev.pgvigil.config.Problem;
import dev.pgvigil.self.FirstPass;
import dev.pgvigil.self.LoopLag;
import dev.pgvigil.self.ProcessHealth;
import dev.pgvigil.self.SelfSettings;
import dev.pgvigil.self.WatchStall;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
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
    void isUpWhenAllChecksAreUp() {
        SelfHealth own = own(vitals(BEATING, List.of(), DONE, 0, 0), LOADED);

        assertThat(live(own)).extracting(HealthCheckResult::name).containsExactly("event-loops", "watch", "threads");
        assertThat(ready(own))
                .extracting(HealthCheckResult::name)
                .containsExactly("configuration", "first-pass", "event-loops");
        assertThat(started(own)).extracting(HealthCheckResult::name).containsExactly("configuration", "first-pass");
        assertThat(own.all())
                .allMatch(HealthCheckResult::up)
                .extracting(HealthCheckResult::name)
                .doesNotHaveDuplicates()
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"10000, true", "10001, false"})
    void oneStuckLoopFailsLivenessAndReadiness(long late, boolean up) {
        SelfHealth own = own(vitals(BEATING, List.of(), DONE, 0, late), LOADED);

        assertThat(down(live(own))).isEqualTo(up ? List.of() : List.of("event-loops"));
        assertThat(down(ready(own))).isEqualTo(up ? List.of() : List.of("event-loops"));
        assertThat(down(started(own))).isEmpty();
    }

    @Test
    void namesStuckLoop() {
        SelfHealth own = own(vitals(BEATING, List.of(), DONE, 0, 12_345), LOADED);

        assertThat(live(own).getFirst().data().entries())
                .containsEntry("loops", 2L)
                .containsEntry("stuck", 1L)
                .containsEntry("late_ms", 12_345L)
                .containsEntry("bound_ms", 10_000L)
                .containsEntry("stuck.loop-1_ms", 12_345L);
    }

    @Test
    void namesAtMostTenStuckLoops() {
        long[] late = IntStream.range(0, 64).mapToLong(i -> 20_000).toArray();

        assertThat(live(own(vitals(BEATING, List.of(), DONE, late), LOADED))
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
    void stallFailsLivenessUnlessHeartbeatIntervalIsLong(long silent, long interval, boolean up) {
        WatchStall silence = new WatchStall(Duration.ofMillis(silent), Duration.ofMillis(interval));

        SelfHealth own = own(vitals(silence, List.of(), DONE, 0), LOADED);
        assertThat(down(live(own))).isEqualTo(up ? List.of() : List.of("watch"));
        assertThat(down(ready(own))).isEmpty();
    }

    @Test
    void noTargetsDoNotFailLiveness() {
        assertThat(down(live(own(vitals(null, List.of(), DONE, 0), LOADED)))).isEmpty();
    }

    @Test
    void deadlockFailsLiveness() {
        SelfHealth own = own(vitals(BEATING, List.of("one", "two"), DONE, 0), LOADED);

        assertThat(down(live(own))).containsExactly("threads");
        assertThat(live(own).get(2).data().entries())
                .containsEntry("deadlocked", 2L)
                .containsEntry("names", "one, two");
    }

    @Test
    void stoppedObserverFailsLiveness() {
        ProcessHealth blind = new ProcessHealth(List.of(), null, Duration.ofSeconds(61), List.of(), DONE);

        assertThat(down(live(own(blind, LOADED)))).containsExactly("threads");
    }

    @Test
    void isNotReadyBeforeFirstPassUnlessGraceIsOver() {
        SelfHealth own = own(vitals(BEATING, List.of(), PENDING, 0), LOADED);
        assertThat(down(ready(own))).containsExactly("first-pass");
        assertThat(down(started(own))).containsExactly("first-pass");
        assertThat(down(live(own))).isEmpty();

        FirstPass late = new FirstPass(3, 2, Duration.ofSeconds(10));
        assertThat(down(ready(own(vitals(BEATING, List.of(), late, 0), LOADED))))
                .isEmpty();
    }

    @Test
    void isNotReadyWithoutLoadedConfiguration() {
        assertThat(down(ready(own(vitals(BEATING, List.of(), DONE, 0), null)))).containsExactly("configuration");
    }

    @Test
    void showsRejectedReloadAndStaysUp() {
        Configuration.State state = new Configuration.State(
                "file", LOADED, LOADED, List.of(new Problem("pgvigil.targets", 3, "must be")), 1, 1);
        HealthCheckResult part = ready(new SelfHealth(vitals(BEATING, List.of(), DONE, 0), LIMITS, state))
                .getFirst();

        assertThat(part.up()).isTrue();
        assertThat(part.data().entries()).containsEntry("problems", 1L);
    }

    private static List<HealthCheckResult> live(SelfHealth own) {
        return probe(own, Liveness.class);
    }

    private static List<HealthCheckResult> ready(SelfHealth own) {
        return probe(own, Readiness.class);
    }

    private static List<HealthCheckResult> started(SelfHealth own) {
        return probe(own, Startup.class);
    }

    /** The checks whose beans belong to a probe. */
    private static List<HealthCheckResult> probe(SelfHealth own, Class<? extends Annotation> qualifier) {
        Set<String> names = Arrays.stream(OwnHealthChecks.class.getDeclaredMethods())
                .filter(bean -> bean.isAnnotationPresent(qualifier))
                .map(bean -> part(own, bean.getName()).name())
                .collect(toSet());
        return own.all().stream().filter(part -> names.contains(part.name())).toList();
    }

    private static HealthCheckResult part(SelfHealth own, String method) {
        try {
            return (HealthCheckResult)
                    SelfHealth.class.getDeclaredMethod(method).invoke(own);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method, e);
        }
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
