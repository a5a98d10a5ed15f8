package dev.pgvigil.cluster;

import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.testing.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** A replica in this process, with event loops of its own, so that it can stand still or end alone. It watches nothing really. */
final class TestReplica implements AutoCloseable {

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    private final RedisNode redis;
    private final EventLoop loop = EventLoop.next(vertx);
    private final Replica replica;
    private volatile Set<String> watched = Set.of();
    private volatile boolean ended;

    final String id = UUID.randomUUID().toString();

    TestReplica(ClusterSettings settings, Collection<String> servers) {
        this(settings, servers, "same");
    }

    TestReplica(ClusterSettings settings, Collection<String> servers, String digest) {
        Scripts scripts = Scripts.of(settings.fleet());
        redis = new RedisNode(vertx, settings, scripts.members());
        replica = new Replica(
                loop,
                redis,
                scripts,
                owned -> new Member(id, "test", "1", digest, digest, owned),
                settings.rebalanceAfter(),
                all -> {
                    watched = all;
                    return Future.succeededFuture();
                },
                Set::of);
        replica.start(servers);
    }

    static ClusterSettings settings(RedisServer... servers) {
        return settings(Duration.ofSeconds(1), servers);
    }

    static ClusterSettings settings(Duration calm, RedisServer... servers) {
        return new ClusterSettings(
                List.of(servers).stream().map(RedisServer::url).map(Secret::new).toList(), "test", "test", null, calm);
    }

    Replica replica() {
        return replica;
    }

    ReplicaState state() {
        return replica.state();
    }

    /** The servers that it would be connected to. */
    Set<String> watched() {
        return watched;
    }

    Set<String> held() {
        return replica.state().held().keySet();
    }

    boolean lives() {
        return !ended;
    }

    /** Makes it stand still, as a process that is stopped by SIGSTOP or a long pause of the machine. */
    CountDownLatch pause() {
        CountDownLatch go = new CountDownLatch(1);
        loop.run(() -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return go;
    }

    /** Ends it without a word, as a crash. */
    void kill() {
        ended = true;
        watched = Set.of();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Ends it as SIGTERM does. */
    void leave() {
        replica.leave().toCompletionStage().toCompletableFuture().join();
        ended = true;
        redis.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        if (!ended) {
            kill();
        }
    }
}
