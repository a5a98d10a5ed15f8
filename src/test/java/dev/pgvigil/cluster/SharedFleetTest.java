package dev.pgvigil.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Databases;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.cluster.ReplicaState.Mode;
import dev.pgvigil.config.Secret;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.Snapshot;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.RedisServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas with real monitors, Redis and PostgreSQL in one process: each answers for every target. */
class SharedFleetTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<Check<?>> CHECKS = List.of(new Heartbeat(), new Databases());

    private static final RedisServer REDIS = RedisServer.start();
    private static final PgServer ONE = PgServer.start(18);
    private static final Target FIRST = ONE.target("one", "postgres");
    private static final Target SECOND = PgServer.shared(14).target("two", "postgres");

    private final String fleet = PgServer.unique("fleet");
    private final List<Node> nodes = new ArrayList<>();

    /** One replica. */
    private final class Node implements AutoCloseable {
        private final Vertx vertx = Vertx.vertx();
        private final Monitoring monitoring = Monitoring.with(CHECKS);
        private final SharedFleet shared;
        private boolean left;

        Node() {
            shared = new SharedFleet(
                    new ClusterSettings(List.of(new Secret(REDIS.url())), fleet, "node", null, Duration.ofSeconds(1)),
                    "1",
                    vertx,
                    monitoring.fleet(),
                    monitoring.watch(),
                    new SnapshotCodec(new Catalogue(CHECKS)));
            shared.start(targets());
            monitoring.follow(targets().toArray(Target[]::new));
            nodes.add(this);
        }

        int owned() {
            return shared.view().servers().owned();
        }

        boolean ownsFirst() {
            return !monitoring.fleet().isWatchedElsewhere(FIRST.server());
        }

        void leave() throws Exception {
            shared.leave().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            left = true;
        }

        /** Ends it without telling the others. */
        void crash() {
            left = true;
            shared.close();
            vertx.close().toCompletionStage().toCompletableFuture().join();
            monitoring.close();
        }

        @Override
        public void close() {
            if (!left) {
                crash();
            }
        }
    }

    private List<Target> targets() {
        return List.of(FIRST, SECOND);
    }

    /** As if the keys were old: otherwise the first claims wait for owners who may come back. */
    @BeforeEach
    void existingKeys() {
        REDIS.command("SET", "{pgv:" + fleet + "}:boot", "1");
    }

    @AfterEach
    void end() {
        nodes.forEach(Node::close);
    }

    @AfterAll
    static void stop() {
        REDIS.close();
        ONE.close();
    }

    private static void awaitHealthy(Node node) {
        node.monitoring.awaitStatus("one", Status.HEALTHY);
        node.monitoring.awaitStatus("two", Status.HEALTHY);
    }

    private void awaitShared() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(nodes.stream()
                            .filter(node -> !node.left)
                            .mapToInt(Node::owned)
                            .sum())
                    .isEqualTo(2);
            nodes.forEach(node -> assertThat(node.shared.view().members()).hasSize(nodes.size()));
        });
    }

    /** The sessions of pgvigil that watch, of which a server has one for each process that watches it. */
    private static String sessions() {
        return String.valueOf(ONE.value("select count(*) from pg_stat_activity where application_name = 'pgvigil' "
                + "and usename = 'pgvigil'"));
    }

    /** The status of targets, and which there are, as events tell it. */
    private static List<FleetEvent> flips(Node node) {
        return node.monitoring.changes().stream()
                .filter(event -> !(event instanceof FleetEvent.Beat))
                .toList();
    }

    @Test
    void everyReplicaAnswersForEveryTargetAndEachServerHasOneSession() {
        Node first = new Node();
        awaitHealthy(first);
        Node second = new Node();
        awaitHealthy(second);
        awaitShared();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(sessions()).isEqualTo("1"));
        for (Node node : nodes) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                Snapshot snapshot = node.monitoring.fleet().snapshot();
                assertThat(snapshot.targets()).containsOnlyKeys("one", "two");
                snapshot.servers().values().forEach(server -> {
                    assertThat(server.facts()).isNotNull();
                    assertThat(server.outcomes()).containsKeys("heartbeat", "databases");
                });
            });
        }
        // What is received stays current.
        Node other = first.ownsFirst() ? second : first;
        Outcome<?> before = beat(other);
        await().atMost(PATIENCE).until(() -> beat(other).at().isAfter(before.at()));
        assertThat(other.monitoring.fleet().watchedHere().servers()).doesNotContainKey(FIRST.server());
    }

    private static Outcome<?> beat(Node node) {
        return Objects.requireNonNull(Objects.requireNonNull(
                        node.monitoring.fleet().snapshot().servers().get(FIRST.server()))
                .outcome(HeartbeatResult.CHECK));
    }

    @Test
    void takeoverChangesNothingThatReadersSee() {
        Node first = new Node();
        awaitHealthy(first);
        Node second = new Node();
        awaitHealthy(second);
        awaitShared();
        second.monitoring.changes().clear();
        first.crash();
        await().atMost(PATIENCE).until(() -> second.owned() == 2);
        await().atMost(PATIENCE).until(() -> sessions().equals("1"));
        awaitHealthy(second);
        assertThat(flips(second)).isEmpty();
    }

    @Test
    void leavingReplicaHandsOverBeforeItEnds() throws Exception {
        Node first = new Node();
        awaitHealthy(first);
        Node second = new Node();
        awaitHealthy(second);
        awaitShared();
        second.monitoring.changes().clear();
        first.leave();
        first.crash();
        await().atMost(PATIENCE).until(() -> second.owned() == 2);
        awaitHealthy(second);
        assertThat(flips(second)).isEmpty();
        assertThat(second.shared.view().members()).hasSize(1);
    }

    @Test
    void findingsAreSeenByAllAndOutliveTheReplicaThatFoundThem() {
        Node first = new Node();
        awaitHealthy(first);
        Node second = new Node();
        awaitHealthy(second);
        awaitShared();
        ONE.stop();
        nodes.forEach(node -> node.monitoring.awaitStatus("one", Status.UNHEALTHY));
        nodes.forEach(node -> assertThat(node.monitoring.finding("one", "heartbeat/unreachable"))
                .isNotNull());
        Node owner = first.ownsFirst() ? first : second;
        Node heir = owner == first ? second : first;
        heir.monitoring.changes().clear();
        owner.crash();
        await().atMost(PATIENCE).until(() -> heir.owned() == 2);
        assertThat(heir.monitoring.finding("one", "heartbeat/unreachable")).isNotNull();
        ONE.restart();
        heir.monitoring.awaitStatus("one", Status.HEALTHY);
        heir.monitoring.awaitNoFinding("one", "heartbeat/unreachable");
        assertThat(flips(heir).stream().filter(FleetEvent.Closed.class::isInstance))
                .hasSize(1);
        assertThat(flips(heir).stream().filter(FleetEvent.Opened.class::isInstance))
                .isEmpty();
    }

    @Test
    void nothingBlinksWhileRedisHangs() {
        Node first = new Node();
        awaitHealthy(first);
        Node second = new Node();
        awaitHealthy(second);
        awaitShared();
        nodes.forEach(node -> node.monitoring.changes().clear());
        REDIS.freeze();
        for (Node node : nodes) {
            await().atMost(PATIENCE).until(() -> node.shared.view().state() == Mode.SOLO);
            await().atMost(PATIENCE)
                    .until(() -> node.shared.view().servers().owned()
                                    + node.shared.view().servers().adopted()
                            == 2);
            assertThat(node.shared.view().problems())
                    .extracting(ClusterView.Problem::key)
                    .contains("share.redis_away");
        }
        nodes.forEach(SharedFleetTest::awaitHealthy);
        REDIS.thaw();
        awaitShared();
        nodes.forEach(SharedFleetTest::awaitHealthy);
        nodes.forEach(node -> assertThat(flips(node)).isEmpty());
        await().atMost(PATIENCE).until(() -> sessions().equals("1"));
    }
}
