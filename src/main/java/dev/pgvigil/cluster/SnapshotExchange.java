package dev.pgvigil.cluster;

import dev.pgvigil.monitor.FleetMonitor;
import dev.pgvigil.state.Fleet;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Shares with the other replicas, through Redis, what each observes. Readers of the snapshot never wait for Redis. Only what has changed is
 * written and read. Confined to one worker thread, which may wait.
 */
final class SnapshotExchange {

    static final Duration DEADLINE = Duration.ofSeconds(2);
    static final int CHUNK = 100;

    private final Replica replica;
    private final ExchangeFailures failures = new ExchangeFailures();
    private final SnapshotPublisher publisher;
    private final SnapshotReceiver receiver;

    SnapshotExchange(
            RedisNode redis,
            String prefix,
            Scripts scripts,
            SnapshotCodec codec,
            Fleet fleet,
            FleetMonitor monitor,
            Replica replica) {
        SnapshotKeys keys = new SnapshotKeys(prefix, scripts.accepted());
        this.replica = replica;
        this.publisher = new SnapshotPublisher(redis, keys, codec, fleet, replica, failures);
        this.receiver = new SnapshotReceiver(redis, keys, codec, monitor, failures);
    }

    /** Writes and reads once. */
    void run() {
        ReplicaState state = replica.state();
        Long offset = state.redisMillis();
        if (state.mode() != ReplicaState.Mode.SHARED || offset == null) {
            return;
        }
        try {
            publisher.publish(state, offset);
            receiver.receive(offset);
        } catch (ExecutionException | TimeoutException e) {
            failures.add(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static <T> T wait(Future<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE.toMillis() * 2, TimeUnit.MILLISECONDS);
    }

    ClusterView.ExchangeView view() {
        return new ClusterView.ExchangeView(
                publisher.sent.get(),
                publisher.sentBytes.get(),
                publisher.refused.get(),
                receiver.merged.get(),
                failures.count());
    }
}
