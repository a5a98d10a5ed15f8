package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupTest {

    private static final Instant NOW = Instant.parse("2026-09-26T12:00:00.123456Z");
    private static final Duration FRESH = Duration.ofMillis(300);
    private static final Scene EMPTY = Scene.at(NOW);

    @ParameterizedTest
    @CsvSource({
        "3, 0, all, UP",
        "3, 1, all, DOWN",
        "3, 1, 50%, UP",
        "3, 2, 50%, DOWN",
        "4, 2, 50%, UP",
        "3, 1, 2, UP",
        "3, 2, 2, DOWN",
        "1, 0, 2, DOWN",
        "3, 3, 1%, DOWN",
    })
    void isUpWhileMinimumIsReached(int targets, int sick, String minimum, State state) {
        Scene scene = EMPTY;
        for (int i = 0; i < targets; i++) {
            scene = scene.target(SceneTargets.named("db" + i), i < sick ? Status.UNHEALTHY : Status.HEALTHY, FRESH);
        }
        Quorum quorum = switch (minimum) {
            case "all" -> new Quorum.All();
            case "50%" -> new Quorum.Percent(50);
            case "1%" -> new Quorum.Percent(1);
            default -> new Quorum.Count(Integer.parseInt(minimum));
        };

        assertThat(evaluate(group(TargetSelector.EVERYTHING, quorum), scene).status())
                .isEqualTo(state);
    }

    @Test
    void showsCountsAgeAndBound() {
        Scene scene = EMPTY.target(SceneTargets.named("a"), Status.HEALTHY, FRESH)
                .target(SceneTargets.named("b"), Status.DEGRADED, Duration.ofSeconds(4));

        assertThat(evaluate(Group.EVERYTHING, scene).data().entries())
                .isEqualTo(Map.of(
                        "targets", 2L,
                        "up", 2L,
                        "minimum_up", 2L,
                        "bound_ms", 5000L,
                        "age_ms", 4000L,
                        "at", "2026-09-26T11:59:56.123Z"));
    }

    @Test
    void isDownWithReasonWhenEmpty() {
        HealthCheckResult part = evaluate(Group.EVERYTHING, EMPTY);

        assertThat(part.status()).isEqualTo(State.DOWN);
        assertThat(part.data().entries())
                .containsEntry("reason", "no target is selected")
                .containsEntry("targets", 0L)
                .doesNotContainKey("age_ms");
    }

    @Test
    void isDownWithAgeWhenSnapshotIsStale() {
        HealthCheckResult part = evaluate(
                Group.EVERYTHING, EMPTY.target(SceneTargets.named("a"), Status.HEALTHY, Duration.ofSeconds(9)));

        assertThat(part.status()).isEqualTo(State.DOWN);
        assertThat(part.data().entries())
                .containsEntry("age_ms", 9000L)
                .containsEntry("bound_ms", 5000L)
                .containsEntry("down.a", "unknown: last observed 9000 ms ago, which may be 5000 ms at most");
    }

    @Test
    void becomesDownWhenSnapshotBecomesStale() {
        Scene scene = EMPTY.target(SceneTargets.named("a"), Status.HEALTHY, FRESH);

        assertThat(Group.EVERYTHING.evaluate("g", scene.snapshot(), NOW).up()).isTrue();
        assertThat(Group.EVERYTHING
                        .evaluate("g", scene.snapshot(), NOW.plusMillis(4700))
                        .up())
                .isTrue();
        assertThat(Group.EVERYTHING
                        .evaluate("g", scene.snapshot(), NOW.plusMillis(4701))
                        .up())
                .isFalse();
    }

    @Test
    void namesTenDownTargetsWorstFirst() {
        Scene scene = EMPTY.unseen(SceneTargets.named("a-unseen"), Status.UNKNOWN);
        for (int i : IntStream.range(10, 40).toArray()) {
            scene = scene.target(SceneTargets.named("db" + i), Status.UNHEALTHY, FRESH);
        }
        Map<String, Object> data = evaluate(Group.EVERYTHING, scene).data().entries();

        assertThat(data.keySet().stream().filter(key -> key.startsWith("down.")))
                .hasSize(10)
                .startsWith("down.db10", "down.db11");
        assertThat(data).containsEntry("more_down", 21L);
    }

    @Test
    void countsMissingNamesAsDown() {
        Scene scene = EMPTY.target(SceneTargets.named("shop"), Status.HEALTHY, FRESH);
        TargetSelector selection = select("shop", "db2:gone", "db3:*");

        HealthCheckResult part = evaluate(group(selection, new Quorum.All()), scene);
        assertThat(part.status()).isEqualTo(State.DOWN);
        assertThat(part.data().entries())
                .containsEntry("targets", 3L)
                .containsEntry("down.db2:gone", "unknown: no such target")
                .containsEntry("down.db3:*", "unknown: matches no target");
        assertThat(evaluate(group(selection, new Quorum.Percent(50)), scene).up())
                .isFalse();
        assertThat(evaluate(group(selection, new Quorum.Count(1)), scene).up()).isTrue();
    }

    @Test
    void isDownUntilDatabasesAreDiscovered() {
        Scene start = EMPTY.target(SceneTargets.named("shop"), Status.HEALTHY, FRESH)
                .target(SceneTargets.named("db2"), Status.UNHEALTHY, FRESH);
        Scene discovered = start.target(SceneTargets.named("db2:app"), Status.HEALTHY, FRESH);
        Group checkout = group(select("shop", "db2:*"), new Quorum.All());

        assertThat(evaluate(checkout, start).data().entries())
                .containsEntry("up", 1L)
                .containsEntry("minimum_up", 2L)
                .containsEntry("down.db2:*", "unknown: matches no target");
        assertThat(evaluate(checkout, discovered).up()).isTrue();
    }

    @Test
    void selectsByRoleAfterFailover() {
        Target one = SceneTargets.named("one");
        Target two = SceneTargets.named("two");
        Scene scene = EMPTY.target(one, Status.HEALTHY, FRESH)
                .role(one, Role.PRIMARY)
                .target(two, Status.UNHEALTHY, FRESH)
                .role(two, Role.REPLICA);
        Group primaries = group(new TargetSelector(List.of(), Map.of(), "", ExpectedRole.PRIMARY), new Quorum.All());

        assertThat(evaluate(primaries, scene).up()).isTrue();
        assertThat(evaluate(primaries, scene.role(one, Role.REPLICA)).data().entries())
                .containsEntry("reason", "no target is selected");
        assertThat(evaluate(primaries, scene.role(one, Role.REPLICA).role(two, Role.PRIMARY))
                        .data()
                        .entries())
                .containsEntry("down.two", "unhealthy: as of its latest pass");
    }

    @Test
    void keepsUnreachablePrimaryAsMemberAfterFailover() {
        Target lost = SceneTargets.named("lost");
        Target standby = SceneTargets.named("standby");
        Scene before = EMPTY.target(lost, Status.UNHEALTHY, FRESH)
                .role(lost, Role.PRIMARY)
                .outcome(lost, Heartbeat.NAME, EMPTY.failed(FRESH, null))
                .target(standby, Status.HEALTHY, FRESH)
                .role(standby, Role.REPLICA);
        Scene after = before.role(standby, Role.PRIMARY);
        TargetSelector primaries = new TargetSelector(List.of(), Map.of(), "", ExpectedRole.PRIMARY);

        assertThat(evaluate(group(primaries, new Quorum.All()), after).data().entries())
                .containsEntry("targets", 2L)
                .containsEntry("down.lost", "unhealthy: as of its latest pass");
        assertThat(evaluate(group(primaries, new Quorum.Count(1)), before).up()).isFalse();
        assertThat(evaluate(group(primaries, new Quorum.Count(1)), after).up()).isTrue();
    }

    private static HealthCheckResult evaluate(Group group, Scene scene) {
        return group.evaluate(group.name(), scene.snapshot(), NOW);
    }

    private static Group group(TargetSelector selection, Quorum minimumUp) {
        return new Group("group", selection, GroupPolicy.UNHEALTHY, minimumUp, BurnPolicy.STANDARD);
    }

    private static TargetSelector select(String... names) {
        return new TargetSelector(List.of(names).stream().map(Glob::new).toList(), Map.of(), "", ExpectedRole.ANY);
    }
}
