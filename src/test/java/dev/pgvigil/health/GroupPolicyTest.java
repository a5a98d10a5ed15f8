package dev.pgvigil.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.StubCheck;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupPolicyTest {

    private static final Instant NOW = Instant.parse("2026-03-29T01:00:00Z");
    private static final Duration FRESH = Duration.ofMillis(300);
    private static final Target SHOP = SceneTargets.named("shop");
    private static final Scene EMPTY = Scene.at(NOW);
    private static final GroupPolicy DEGRADED = new GroupPolicy(DownWhen.DEGRADED, Set.of());
    private static final GroupPolicy CONNECTIONS =
            new GroupPolicy(DownWhen.UNHEALTHY, Set.of(new StubCheck("connections", Duration.ofSeconds(5))));
    private static final Finding SATURATED = finding("connections", "saturation", Status.UNHEALTHY);
    private static final Finding LONG = finding("long-work", "query", Status.DEGRADED);

    @ParameterizedTest
    @CsvSource({
        "HEALTHY, UNHEALTHY, true",
        "DEGRADED, UNHEALTHY, true",
        "UNHEALTHY, UNHEALTHY, false",
        "UNKNOWN, UNHEALTHY, false",
        "HEALTHY, DEGRADED, true",
        "DEGRADED, DEGRADED, false",
        "UNHEALTHY, DEGRADED, false",
        "UNKNOWN, DEGRADED, false",
    })
    void isDownFromConfiguredStatusAndWhenUnknown(Status status, DownWhen downWhen, boolean up) {
        Member member = evaluate(new GroupPolicy(downWhen, Set.of()), EMPTY.target(SHOP, status, FRESH));

        assertThat(member.up()).isEqualTo(up);
        assertThat(member.status()).isEqualTo(status);
    }

    @Test
    void reasonNamesFindings() {
        Member member = evaluate(DEGRADED, EMPTY.target(SHOP, Status.UNHEALTHY, FRESH, SATURATED, LONG));

        assertThat(member.cause().get()).isEqualTo("connections/saturation, long-work/query");
        assertThat(member.age()).isEqualTo(FRESH);
        assertThat(member.at()).isEqualTo(NOW.minus(FRESH));
    }

    @Test
    void reasonNamesAtMostFiveFindings() {
        Finding[] many = IntStream.range(0, 50)
                .mapToObj(i -> finding("blocking", "tree-" + i, Status.UNHEALTHY))
                .toArray(Finding[]::new);

        assertThat(evaluate(DEGRADED, EMPTY.target(SHOP, Status.UNHEALTHY, FRESH, many))
                        .cause()
                        .get()
                        .split(", "))
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"5000, HEALTHY", "5001, UNKNOWN", "3600000, UNKNOWN", "-3600000, HEALTHY"})
    void isUnknownWhenHeartbeatIsStale(long age, Status expected) {
        Member member = evaluate(DEGRADED, EMPTY.target(SHOP, Status.HEALTHY, Duration.ofMillis(age)));

        assertThat(member.status()).isEqualTo(expected);
        assertThat(member.up()).isEqualTo(expected == Status.HEALTHY);
    }

    @Test
    void reasonShowsAgeAndBoundOfStaleHeartbeat() {
        Member member = evaluate(DEGRADED, EMPTY.target(SHOP, Status.UNHEALTHY, Duration.ofMillis(5001), SATURATED));

        assertThat(member.cause().get()).isEqualTo("last observed 5001 ms ago, which may be 5000 ms at most");
    }

    @Test
    void isUnknownBeforeFirstHeartbeat() {
        Member member = evaluate(DEGRADED, EMPTY.unseen(SHOP, Status.HEALTHY));

        assertThat(member.status()).isEqualTo(Status.UNKNOWN);
        assertThat(member.cause().get()).isEqualTo("never observed");
    }

    @Test
    void degradedFindingDoesNotHideUnknownFinding() {
        Finding unknown = finding("capabilities", "privileges", Status.UNKNOWN);
        Member member = evaluate(
                new GroupPolicy(DownWhen.UNHEALTHY, Set.of()),
                EMPTY.target(SHOP, Status.DEGRADED, FRESH, LONG, unknown));

        assertThat(member.up()).isFalse();
        assertThat(member.cause().get()).isEqualTo("capabilities/privileges");
    }

    @Test
    void countsOnlySelectedChecks() {
        Scene scene = EMPTY.target(SHOP, Status.UNHEALTHY, FRESH, finding("blocking", "tree", Status.UNHEALTHY))
                .outcome(SHOP, "connections", EMPTY.observed(FRESH));

        assertThat(evaluate(CONNECTIONS, scene).status()).isEqualTo(Status.HEALTHY);
        assertThat(evaluate(CONNECTIONS, scene.target(SHOP, Status.UNHEALTHY, FRESH, SATURATED))
                        .cause()
                        .get())
                .isEqualTo("connections/saturation");
    }

    @Test
    void isUnknownWhenSelectedCheckHasNoObservation() {
        Scene scene = EMPTY.target(SHOP, Status.HEALTHY, FRESH);
        Duration minute = Duration.ofMinutes(1);

        assertThat(reason(scene)).isEqualTo("connections never observed");
        assertThat(reason(scene.outcome(SHOP, "connections", scene.failed(FRESH, null))))
                .isEqualTo("connections failed: TIMEOUT");
        assertThat(reason(scene.outcome(SHOP, "connections", scene.skipped("needs pg_monitor"))))
                .isEqualTo("connections skipped: needs pg_monitor");
        assertThat(reason(scene.outcome(SHOP, "connections", scene.failed(FRESH, scene.observed(minute)))))
                .isEqualTo("connections last observed 60000 ms ago, which may be 20000 ms at most");
        assertThat(reason(scene.outcome(SHOP, "connections", scene.observed(minute))))
                .startsWith("connections last observed 60000 ms ago");
    }

    /** Other targets of the server may have it enabled. */
    @Test
    void isUnknownWhenSelectedCheckIsDisabled() {
        Target off = SceneTargets.check(SHOP, "connections", new CheckSetting(false, null));
        Scene scene = EMPTY.target(off, Status.HEALTHY, FRESH).outcome(off, "connections", EMPTY.observed(FRESH));

        assertThat(reason(scene)).isEqualTo("connections is switched off");
    }

    @Test
    void toleratesOneFailureOfSelectedCheck() {
        Scene scene = EMPTY.target(SHOP, Status.HEALTHY, FRESH);
        Scene missed = scene.outcome(SHOP, "connections", scene.failed(FRESH, scene.observed(Duration.ofSeconds(9))));

        assertThat(evaluate(CONNECTIONS, missed).up()).isTrue();
    }

    @Test
    void evaluatesSelectedDatabaseCheck() {
        Scene scene = EMPTY.target(SHOP, Status.HEALTHY, FRESH);

        assertThat(evaluate(CONNECTIONS, scene.ownOutcome(SHOP, "connections", scene.observed(FRESH)))
                        .up())
                .isTrue();
    }

    @Test
    void boundOfSelectedCheckDependsOnItsInterval() {
        Duration minute = Duration.ofMinutes(1);
        Target rare = SceneTargets.check(SHOP, "connections", new CheckSetting(true, minute));
        Scene scene = EMPTY.target(rare, Status.HEALTHY, FRESH).outcome(rare, "connections", EMPTY.observed(minute));
        Scene stretched = EMPTY.target(SHOP, Status.HEALTHY, FRESH)
                .outcome(SHOP, "connections", EMPTY.observed(minute))
                .stretch(SHOP, 4);

        assertThat(evaluate(CONNECTIONS, scene, rare).up()).isTrue();
        assertThat(evaluate(CONNECTIONS, stretched).up()).isTrue();
    }

    private static String reason(Scene scene) {
        Member member = evaluate(CONNECTIONS, scene);
        assertThat(member.status()).isEqualTo(Status.UNKNOWN);
        assertThat(member.up()).isFalse();
        return member.cause().get();
    }

    private static Member evaluate(GroupPolicy criterion, Scene scene) {
        return evaluate(criterion, scene, SHOP);
    }

    private static Member evaluate(GroupPolicy criterion, Scene scene, Target target) {
        return criterion.evaluate(TargetObservation.of(
                requireNonNull(scene.snapshot().targets().get(target.name())), scene.snapshot(), NOW));
    }

    private static Finding finding(String check, String key, Status status) {
        return Finding.of(check, key, status, Severity.HIGH, "Title", "observed");
    }
}
