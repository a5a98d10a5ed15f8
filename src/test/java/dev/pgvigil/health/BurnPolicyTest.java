package dev.pgvigil.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.slo.TargetBurn;
import dev.pgvigil.slo.TargetBurn.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BurnPolicyTest {

    private static final Instant NOW = Instant.parse("2026-09-26T12:00:00Z");
    private static final Duration FRESH = Duration.ofMillis(300);
    private static final Scene EMPTY = Scene.at(NOW);

    @Test
    void warningIsUpByDefaultAndSaysSo() {
        Scene scene = readers(4, 0);
        Map<String, TargetBurn> burns = Map.of("db0", burn(Level.WARNING, 10), "db1", burn(Level.OK, 10));

        BurnVerdict verdict = group(BurnPolicy.STANDARD, new Quorum.All()).evaluate(scene.snapshot(), NOW, burns);

        assertThat(verdict.whole().up()).isTrue();
        assertThat(verdict.whole().data().entries())
                .containsEntry("policy", "burn")
                .containsEntry("warning", 1L)
                .containsEntry("warning.db0", "warning: availability")
                .containsEntry("taken_away", 0L)
                .containsEntry("without_objective", 2L);
        assertThat(requireNonNull(verdict.of("db0")).up()).isTrue();
    }

    @Test
    void warningTakesAwayWhereConfigured() {
        BurnPolicy policy = new BurnPolicy(BurnPolicy.DownWhen.WARNING, new Quorum.Percent(50));
        BurnVerdict verdict = group(policy, new Quorum.All())
                .evaluate(readers(4, 0).snapshot(), NOW, Map.of("db0", burn(Level.WARNING, 10)));

        assertThat(verdict.whole().up()).isFalse();
        assertThat(verdict.whole().data().entries()).containsEntry("down.db0", "degraded: warning: availability");
    }

    @ParameterizedTest
    @CsvSource({
        "4, 0, 4, 50%, 2", // all burn: half remains
        "4, 0, 1, 50%, 1",
        "4, 2, 2, 50%, 0", // two are down by themselves: nothing may go
        "4, 1, 3, 50%, 1",
        "1, 0, 1, 50%, 0", // a single reader is never taken away
        "3, 0, 3, 50%, 1", // rounded up in favour of the readers
        "3, 0, 3, 0, 3", // no floor
        "3, 0, 3, 5, 0",
    })
    void floorRemains(int members, int sick, int burning, String floor, int taken) {
        Scene scene = readers(members, sick);
        Map<String, TargetBurn> burns = new HashMap<>();
        IntStream.range(members - burning, members).forEach(i -> burns.put("db" + i, burn(Level.PAGE, i)));
        Quorum quorum = floor.equals("50%") ? new Quorum.Percent(50) : new Quorum.Count(Integer.parseInt(floor));

        BurnVerdict verdict = group(new BurnPolicy(BurnPolicy.DownWhen.PAGE, quorum), new Quorum.Count(1))
                .evaluate(scene.snapshot(), NOW, burns);

        assertThat(verdict.whole().data().entries())
                .containsEntry("taken_away", (long) taken)
                .containsEntry("kept_by_floor", (long) burning - taken)
                .containsEntry("up", (long) members - sick - taken);
        assertThat(burns.keySet().stream()
                        .filter(target -> !requireNonNull(verdict.of(target)).up()))
                .hasSize(taken);
    }

    @Test
    void takesTheOneThatBurnsLongestAndKeepsTheChoice() {
        Group group = group(BurnPolicy.STANDARD, new Quorum.Count(1));
        Map<String, TargetBurn> burns = new HashMap<>(Map.of("db0", burn(Level.PAGE, 30), "db1", burn(Level.PAGE, 20)));
        Scene two = readers(2, 0);

        assertThat(requireNonNull(group.evaluate(two.snapshot(), NOW, burns).of("db1"))
                        .up())
                .isFalse();
        assertThat(requireNonNull(group.evaluate(two.snapshot(), NOW, burns).of("db0"))
                        .up())
                .isTrue();

        burns.put("db0", burn(Level.OK, 40));
        assertThat(requireNonNull(group.evaluate(two.snapshot(), NOW, burns).of("db1"))
                        .up())
                .isFalse();
    }

    @Test
    void groupWithoutObjectivesIsDownBecauseNothingIsKnown() {
        BurnVerdict verdict = group(BurnPolicy.STANDARD, new Quorum.All())
                .evaluate(readers(2, 0).snapshot(), NOW, Map.of());

        assertThat(verdict.whole().up()).isFalse();
        assertThat(verdict.whole().data().entries()).containsEntry("reason", BurnPolicy.UNMEASURED);
        assertThat(verdict.of("other")).isNull();
    }

    private static TargetBurn burn(Level level, long since) {
        return new TargetBurn(level, "availability", since, since);
    }

    private static Scene readers(int members, int sick) {
        Scene scene = EMPTY;
        for (int i = 0; i < members; i++) {
            scene = scene.target(SceneTargets.named("db" + i), i < sick ? Status.UNHEALTHY : Status.HEALTHY, FRESH);
        }
        return scene;
    }

    private static Group group(BurnPolicy policy, Quorum minimumUp) {
        return new Group("readers", TargetSelector.EVERYTHING, GroupPolicy.UNHEALTHY, minimumUp, policy);
    }
}
