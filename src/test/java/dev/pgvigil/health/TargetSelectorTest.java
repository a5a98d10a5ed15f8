package dev.pgvigil.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetSelectorTest {

    private static final Target SHOP =
            SceneTargets.tag(SceneTargets.region(SceneTargets.named("shop"), "eu-west-1"), "team", "payments");
    private static final Target APP_1 = SceneTargets.tag(SceneTargets.named("db2:app_1"), "team", "payments");
    private static final Target APP_2 =
            SceneTargets.tag(SceneTargets.tag(SceneTargets.named("db2:app_2"), "tier", "1"), "team", "sales");
    private static final Scene FLEET = Scene.at(Instant.EPOCH)
            .unseen(SHOP, Status.HEALTHY)
            .unseen(APP_1, Status.HEALTHY)
            .unseen(APP_2, Status.HEALTHY);

    static Stream<Arguments> choices() {
        return Stream.of(
                Arguments.of(select(List.of(), Map.of(), ""), List.of("db2:app_1", "db2:app_2", "shop")),
                Arguments.of(select(List.of("shop"), Map.of(), ""), List.of("shop")),
                Arguments.of(select(List.of("shop", "shop", "nope"), Map.of(), ""), List.of("shop")),
                Arguments.of(select(List.of("db2:*"), Map.of(), ""), List.of("db2:app_1", "db2:app_2")),
                Arguments.of(
                        select(List.of("db2:*", "shop"), Map.of("team", "payments"), ""), List.of("db2:app_1", "shop")),
                Arguments.of(select(List.of(), Map.of("team", "payments"), "eu-west-1"), List.of("shop")),
                Arguments.of(select(List.of(), Map.of("team", "sales", "tier", "1"), ""), List.of("db2:app_2")),
                Arguments.of(select(List.of(), Map.of("team", "sales", "tier", "2"), ""), List.of()),
                Arguments.of(select(List.of("db2:*"), Map.of(), "eu-west-1"), List.of()),
                Arguments.of(select(List.of("nope"), Map.of(), ""), List.of()));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void selectsTargetsThatMeetAllConditions(TargetSelector selection, List<String> names) {
        assertThat(names(selection, FLEET)).isEqualTo(names);
    }

    @Test
    void returnsNamesAndPatternsWithoutTarget() {
        TargetSelector selection =
                select(List.of("shop", "db2:app_9", "db2:*", "db3:*", "sho?", "shop?"), Map.of(), "");

        assertThat(selection.missing(FLEET.snapshot()))
                .extracting(Glob::pattern)
                .containsExactly("db2:app_9", "db3:*", "shop?");
    }

    @Test
    void targetExcludedByOtherConditionsIsNotMissing() {
        TargetSelector selection = new TargetSelector(
                List.of(new Glob("shop"), new Glob("db2:*")), Map.of("team", "none"), "nowhere", ExpectedRole.REPLICA);

        assertThat(selection.in(FLEET.snapshot())).isEmpty();
        assertThat(selection.missing(FLEET.snapshot())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("roles")
    void selectsByCurrentRole(ExpectedRole wanted, ExpectedRole expected, Scene scene, boolean selected) {
        Target target = SceneTargets.expecting(SHOP, expected);
        Scene fleet = scene.unseen(target, Status.HEALTHY);

        assertThat(names(new TargetSelector(List.of(), Map.of(), "", wanted), fleet))
                .isEqualTo(selected ? List.of("shop") : List.of());
    }

    static Stream<Arguments> roles() {
        Scene unknown = Scene.at(Instant.EPOCH);
        Scene primary = unknown.role(SHOP, Role.PRIMARY);
        Scene replica = unknown.role(SHOP, Role.REPLICA);
        return Stream.of(
                Arguments.of(ExpectedRole.PRIMARY, ExpectedRole.ANY, primary, true),
                Arguments.of(ExpectedRole.PRIMARY, ExpectedRole.ANY, replica, false),
                Arguments.of(ExpectedRole.REPLICA, ExpectedRole.ANY, replica, true),
                Arguments.of(ExpectedRole.REPLICA, ExpectedRole.ANY, primary, false),
                Arguments.of(ExpectedRole.PRIMARY, ExpectedRole.PRIMARY, replica, false),
                Arguments.of(ExpectedRole.ANY, ExpectedRole.ANY, unknown, true),
                Arguments.of(ExpectedRole.PRIMARY, ExpectedRole.ANY, unknown, true),
                Arguments.of(ExpectedRole.PRIMARY, ExpectedRole.PRIMARY, unknown, true),
                Arguments.of(ExpectedRole.PRIMARY, ExpectedRole.REPLICA, unknown, false),
                Arguments.of(ExpectedRole.REPLICA, ExpectedRole.PRIMARY, unknown, false),
                Arguments.of(ExpectedRole.REPLICA, ExpectedRole.REPLICA, unknown, true));
    }

    private static TargetSelector select(List<String> names, Map<String, String> tags, String region) {
        return new TargetSelector(names.stream().map(Glob::new).toList(), tags, region, ExpectedRole.ANY);
    }

    private static List<String> names(TargetSelector selection, Scene scene) {
        return selection
                .in(scene.snapshot())
                .map(state -> state.target().name())
                .sorted()
                .toList();
    }
}
