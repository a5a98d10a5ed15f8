package dev.pgvigil.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.StubCheck;
import dev.pgvigil.check.activity.LongWork;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Capabilities;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.check.server.Overhead;
import dev.pgvigil.monitor.Scene;
import dev.pgvigil.monitor.SceneTargets;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerStateTest {

    private static final Target SHOP = SceneTargets.named("shop");
    private static final Scene SEEN = Scene.at(Instant.EPOCH).unseen(SHOP, Status.HEALTHY);

    @Test
    void roleIsUnknownBeforeFirstSession() {
        assertThat(role(SEEN)).isNull();
        assertThat(role(SEEN.outcome(SHOP, Heartbeat.NAME, SEEN.failed(Duration.ZERO, null))))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "1, heartbeat, 2",
        "3, heartbeat, 6",
        "32, heartbeat, 8",
        "1, connections, 2",
        "32, connections, 11",
        "32, long-work, 64",
        "32, capabilities, 128",
        "32, overhead, 2"
    })
    void intervalIsThrottledWithinPriority(double stretch, String check, long seconds) {
        Target target = SceneTargets.check(SHOP, check, new CheckSetting(true, Duration.ofSeconds(2)));
        Scene scene = SEEN.stretch(SHOP, stretch);
        Catalogue catalogue =
                Catalogues.of(new Heartbeat(), new Connections(), new LongWork(), new Capabilities(), new Overhead());
        assertThat(state(scene).interval(target, catalogue.check(check))).hasSeconds(seconds);
        assertThat(state(SEEN).interval(SHOP, new StubCheck(check, Duration.ofSeconds(7))))
                .hasSeconds(7);
    }

    @Test
    void roleOfLatestHeartbeatOverridesSessionFacts() {
        Scene session = SEEN.role(SHOP, Role.REPLICA);
        assertThat(role(session)).isEqualTo(Role.REPLICA);

        Scene promoted = session.beat(SHOP, Role.PRIMARY, Duration.ZERO);
        assertThat(role(promoted)).isEqualTo(Role.PRIMARY);

        var last = new Outcome.Observed<>(Instant.EPOCH, Duration.ZERO, new HeartbeatResult(Role.PRIMARY, 1));
        assertThat(role(promoted.outcome(
                        SHOP, Heartbeat.NAME, new Outcome.Failed<>(Instant.EPOCH, Duration.ZERO, late(), last))))
                .isEqualTo(Role.PRIMARY);
    }

    private static Failure late() {
        return Failure.of(Failure.Reason.TIMEOUT, "late");
    }

    private static @Nullable Role role(Scene scene) {
        return state(scene).role();
    }

    private static ServerState state(Scene scene) {
        return scene.snapshot().servers().getOrDefault(SHOP.server(), ServerState.initial(SHOP.server()));
    }
}
