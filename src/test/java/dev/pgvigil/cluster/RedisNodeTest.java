package dev.pgvigil.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.config.Secret;
import dev.pgvigil.testing.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server that holds the keys of a fleet, found through whatever is configured. */
class RedisNodeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final String KEY = "{pgv:test}:m";

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void end() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private RedisNode node(String... urls) {
        return new RedisNode(
                vertx,
                new ClusterSettings(
                        List.of(urls).stream().map(Secret::new).toList(), "test", "test", null, Duration.ofSeconds(1)),
                KEY);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static RedisNode.Located located(RedisNode node) {
        return Objects.requireNonNull(node.located());
    }

    private static boolean writes(RedisNode node, String value) {
        try {
            @Nullable
            Response answer = get(node.send(Request.cmd(Command.SET).arg(KEY).arg(value), WITHIN));
            return answer != null;
        } catch (Exception e) {
            return false;
        }
    }

    @Test
    void findsNextServerThatWorksAndReconnectsAfterRestart() throws Exception {
        try (RedisServer redis = RedisServer.start("--requirepass secret")) {
            RedisNode node = node("redis://127.0.0.1:1", "redis://:secret@127.0.0.1:" + redis.port());
            await().atMost(PATIENCE).until(() -> writes(node, "1"));
            assertThat(located(node).kind()).isEqualTo(RedisNode.Kind.STANDALONE);
            redis.kill();
            assertThat(writes(node, "2")).isFalse();
            redis.restart();
            await().atMost(PATIENCE).until(() -> writes(node, "3"));
            node.close();
        }
    }

    @Test
    void failsWithinItsDeadlineWhileServerHangs() throws Exception {
        try (RedisServer redis = RedisServer.start()) {
            RedisNode node = node(redis.url());
            await().atMost(PATIENCE).until(() -> writes(node, "1"));
            redis.freeze();
            Future<?> hanging = node.send(Request.cmd(Command.GET).arg(KEY), Duration.ofMillis(200));
            await().atMost(PATIENCE).until(hanging::failed);
            redis.thaw();
            await().atMost(PATIENCE).until(() -> writes(node, "2"));
            node.close();
        }
    }

    @Test
    void followsMasterThatSentinelsPromote() {
        try (RedisServer master = RedisServer.start();
                RedisServer replica = master.replica();
                RedisServer one = master.sentinel(2);
                RedisServer two = master.sentinel(2);
                RedisServer three = master.sentinel(2)) {
            List.of(one, two, three)
                    .forEach(sentinel -> await().atMost(PATIENCE)
                            .until(() -> sentinel.command("SENTINEL", "master", "main")
                                            .contains("num-other-sentinels\n2")
                                    && sentinel.command("SENTINEL", "master", "main")
                                            .contains("num-slaves\n1")));
            RedisNode node = node(one.url(), two.url(), three.url());
            await().atMost(PATIENCE).until(() -> writes(node, "1"));
            assertThat(located(node).kind()).isEqualTo(RedisNode.Kind.SENTINEL);
            assertThat(located(node).address()).endsWith(":" + master.port());
            master.kill();
            await().atMost(PATIENCE).until(() -> writes(node, "2"));
            assertThat(located(node).address()).endsWith(":" + replica.port());
            node.close();
        }
    }

    @Test
    void findsNodeOfClusterThatHasTheSlot() {
        List<RedisServer> nodes = RedisServer.cluster(3);
        try {
            for (RedisServer first : nodes) {
                RedisNode node = node(first.url());
                await().atMost(PATIENCE).until(() -> writes(node, first.url()));
                assertThat(located(node).kind()).isEqualTo(RedisNode.Kind.CLUSTER);
                node.close();
            }
        } finally {
            nodes.forEach(RedisServer::close);
        }
    }

    @Test
    void warnsOfPolicyThatMayEvictOwners() throws Exception {
        try (RedisServer redis = RedisServer.start("--maxmemory 100mb", "--maxmemory-policy allkeys-lru")) {
            RedisNode node = node(redis.url());
            await().atMost(PATIENCE).until(() -> writes(node, "1"));
            assertThat(get(node.warnings(WITHIN))).singleElement().asString().contains("allkeys-lru");
            redis.command("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
            assertThat(get(node.warnings(WITHIN))).isEmpty();
            node.close();
        }
    }
}
