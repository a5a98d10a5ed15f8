package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class HeartbeatActivityTest {

    private static final Instant NOW = Instant.parse("2026-10-25T00:30:00Z");
    private static final Duration AGO = Duration.ofMillis(100);
    private static final Target SHOP = SceneTargets.named("shop");

    @Test
    void reportsNoStallForEmptyFleet() {
        assertThat(looked(Scene.at(NOW).snapshot()).stall(seconds(100))).isNull();
    }

    @Test
    void stallGrowsWithoutNewHeartbeat() {
        Snapshot same = beat(NOW).snapshot();
        HeartbeatActivity pulse = looked(same).observe(same, seconds(50));

        assertThat(pulse.stall(seconds(61))).isEqualTo(new WatchStall(Duration.ofSeconds(60), Duration.ZERO));
    }

    @Test
    void newHeartbeatEndsStallWhetherAnsweredOrFailed() {
        Scene scene = beat(NOW.plusSeconds(30));
        HeartbeatActivity answered = looked(beat(NOW).snapshot()).observe(scene.snapshot(), seconds(31));
        assertThat(lasted(answered, 32)).isEqualTo(Duration.ofSeconds(1));

        Scene failed = scene.outcome(SHOP, "heartbeat", scene.failed(Duration.ZERO, null));
        assertThat(lasted(answered.observe(failed.snapshot(), seconds(60)), 61)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void firstTargetRestartsStall() {
        HeartbeatActivity empty =
                looked(Scene.at(NOW).snapshot()).observe(Scene.at(NOW).snapshot(), seconds(500));
        Snapshot added = Scene.at(NOW).unseen(SHOP, Status.UNKNOWN).snapshot();

        HeartbeatActivity first = empty.observe(added, seconds(501));
        assertThat(lasted(first, 502)).isEqualTo(Duration.ofSeconds(1));
        assertThat(lasted(first.observe(added, seconds(600)), 601)).isEqualTo(Duration.ofSeconds(100));
    }

    @Test
    void clockChangeIsNotStall() {
        HeartbeatActivity back = looked(beat(NOW).snapshot())
                .observe(beat(NOW.minusSeconds(3600)).snapshot(), seconds(2));
        assertThat(lasted(back, 3)).isEqualTo(Duration.ofSeconds(1));

        HeartbeatActivity forward = back.observe(beat(NOW.plusSeconds(3600)).snapshot(), seconds(4));
        assertThat(lasted(forward, 5)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void oneActiveTargetPreventsStall() {
        Target other = SceneTargets.named("other");
        Snapshot before = beat(NOW).target(other, Status.HEALTHY, AGO).snapshot();
        Snapshot after = beat(NOW)
                .target(other, Status.HEALTHY, AGO)
                .target(other, Status.HEALTHY, Duration.ZERO)
                .snapshot();

        assertThat(lasted(looked(before).observe(after, seconds(90)), 91)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void ignoresTargetsWithoutHeartbeat() {
        Target off = SceneTargets.check(SHOP, "heartbeat", new CheckSetting(false, null));
        Snapshot snapshot = Scene.at(NOW).unseen(off, Status.UNKNOWN).snapshot();

        assertThat(looked(snapshot).stall(seconds(100))).isNull();
    }

    @Test
    void reportsIntervalOfInfrequentHeartbeats() {
        Target hourly = SceneTargets.check(SHOP, "heartbeat", new CheckSetting(true, Duration.ofHours(1)));
        Snapshot snapshot = Scene.at(NOW).target(hourly, Status.HEALTHY, AGO).snapshot();

        assertThat(looked(snapshot).stall(seconds(1))).isEqualTo(new WatchStall(Duration.ZERO, Duration.ofHours(1)));
    }

    private static Scene beat(Instant at) {
        return Scene.at(at).target(SHOP, Status.HEALTHY, AGO);
    }

    private static HeartbeatActivity looked(Snapshot snapshot) {
        return HeartbeatActivity.started(0).observe(snapshot, seconds(1));
    }

    private static Duration lasted(HeartbeatActivity pulse, long second) {
        WatchStall silence = pulse.stall(seconds(second));
        return silence == null ? Duration.ofDays(-1) : silence.lasted();
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
