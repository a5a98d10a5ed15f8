package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FirstPassTest {

    private static final Target SHOP = SceneTargets.named("shop");
    private static final Target BLOG = SceneTargets.named("blog");
    private static final Scene NOTHING = Scene.at(Instant.EPOCH);

    @Test
    void isNotDoneForEmptyFleet() {
        assertThat(of(NOTHING).done()).isFalse();
    }

    @Test
    void waitsForEveryTarget() {
        FirstPass pass = of(NOTHING.unseen(SHOP, Status.UNKNOWN).target(BLOG, Status.HEALTHY, Duration.ZERO));

        assertThat(pass).isEqualTo(new FirstPass(2, 1, Duration.ofSeconds(1)));
        assertThat(pass.done()).isFalse();
    }

    @Test
    void isDoneWhenEachTargetAnsweredOrFailed() {
        Scene scene = NOTHING.unseen(SHOP, Status.UNKNOWN).target(BLOG, Status.HEALTHY, Duration.ZERO);

        assertThat(of(scene.outcome(SHOP, "heartbeat", scene.failed(Duration.ZERO, null)))
                        .done())
                .isTrue();
    }

    @Test
    void ignoresTargetsWithoutHeartbeat() {
        Target off = SceneTargets.check(SHOP, "heartbeat", new CheckSetting(false, null));

        assertThat(of(NOTHING.unseen(off, Status.UNKNOWN).target(BLOG, Status.HEALTHY, Duration.ZERO)))
                .isEqualTo(new FirstPass(1, 0, Duration.ofSeconds(1)));
    }

    private static FirstPass of(Scene scene) {
        return FirstPass.of(scene.snapshot(), Duration.ofSeconds(1));
    }
}
