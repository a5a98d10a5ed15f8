package dev.pgvigil.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Replicas that act for their servers on a real Redis, while replicas and Redis are killed, paused, and restarted empty or from old
 * data. {@code make chaos MINUTES=60} runs it long and then holds the longest gap to 5 s; without it a few events are tried.
 */
class ChaosTest {

    private static final Logger LOG = Logger.getLogger(ChaosTest.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> SERVERS =
            IntStream.range(0, 60).mapToObj(i -> "db-" + i + ":5432").toList();
    private static final int MINUTES = Integer.getInteger("chaos.minutes", 0);
    private static final int REPLICAS = 3;

    private final Sink sink = new Sink();
    private final List<Actor> actors = new CopyOnWriteArrayList<>();

    enum Fault {
        KILL,
        LEAVE,
        PAUSE,
        REDIS_HANGS,
        REDIS_RESTARTS_EMPTY,
        REDIS_RESTARTS_FROM_OLD_DATA
    }

    /** Receives what replicas do, as a store would: a smaller token than one accepted before is refused. */
    private static final class Sink {

        private final Map<String, Long> accepted = new HashMap<>();
        private final Map<String, String> by = new HashMap<>();
        private final Map<String, Long> latest = new ConcurrentHashMap<>();
        private final List<String> violations = new ArrayList<>();
        private long refused;
        private long longestGap;

        synchronized boolean act(String server, long token, String replica) {
            long known = accepted.getOrDefault(server, 0L);
            if (token < known) {
                refused++;
                return false;
            }
            if (token == known && !replica.equals(by.get(server))) {
                violations.add("token " + token + " of " + server + " was used by two replicas");
            }
            accepted.put(server, token);
            by.put(server, replica);
            Long before = latest.put(server, System.nanoTime());
            if (before != null) {
                longestGap = Math.max(longestGap, System.nanoTime() - before);
            }
            return true;
        }

        boolean allActedSince(long time) {
            return SERVERS.stream().allMatch(server -> latest.getOrDefault(server, time - 1) - time > 0);
        }

        synchronized String told() {
            return "longest gap %d ms, %d stale acts refused".formatted(longestGap / 1_000_000, refused);
        }
    }

    /** A replica and what it does: now and then for each of its servers, if its token allows it. */
    private final class Actor implements Runnable, AutoCloseable {

        private final TestReplica replica;
        private volatile @Nullable CountDownLatch pause;
        private volatile boolean ended;

        Actor(RedisServer redis) {
            replica = new TestReplica(TestReplica.settings(redis), SERVERS);
            Thread.ofVirtual().start(this);
        }

        @Override
        public void run() {
            try {
                while (!ended) {
                    for (String server : replica.watched()) {
                        OptionalLong token = replica.replica().token(server);
                        // A pause here is between the check and the act.
                        CountDownLatch pausing = pause;
                        if (pausing != null) {
                            pausing.await();
                        }
                        if (!ended && token.isPresent() && !sink.act(server, token.getAsLong(), replica.id)) {
                            replica.replica().refused(server);
                        }
                    }
                    Thread.sleep(50);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void pause(Duration time) throws InterruptedException {
            CountDownLatch go = replica.pause();
            pause = go;
            Thread.sleep(time);
            pause = null;
            go.countDown();
        }

        @Override
        public void close() {
            ended = true;
            replica.close();
        }
    }

    @Test
    void everyServerIsActedForAndNoTokenFallsWhateverFails() throws InterruptedException {
        long seed = Long.getLong("chaos.seed", System.nanoTime());
        LOG.infof("chaos.seed %d", seed);
        Random random = new Random(seed);
        long end = System.nanoTime() + Duration.ofMinutes(MINUTES).toNanos();
        try (RedisServer redis = RedisServer.start()) {
            redis.command("SET", "{pgv:test}:boot", "1");
            for (int i = 0; i < REPLICAS; i++) {
                actors.add(new Actor(redis));
            }
            awaitActs("the start");
            redis.save();
            List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
            do {
                Collections.shuffle(faults, random);
                for (Fault fault : faults) {
                    inject(fault, redis, random);
                    awaitActs(fault.name());
                    LOG.infof("%s: %s", fault, sink.told());
                }
            } while (System.nanoTime() < end);
            awaitHash();
        } finally {
            actors.forEach(Actor::close);
        }
        assertThat(sink.violations).isEmpty();
        if (MINUTES > 0) {
            assertThat(Duration.ofNanos(sink.longestGap)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private void inject(Fault fault, RedisServer redis, Random random) throws InterruptedException {
        Actor one = actors.get(random.nextInt(actors.size()));
        switch (fault) {
            case KILL -> {
                one.ended = true;
                one.replica.kill();
                actors.remove(one);
                actors.add(new Actor(redis));
            }
            case LEAVE -> {
                one.replica.leave();
                one.ended = true;
                actors.remove(one);
                actors.add(new Actor(redis));
            }
            case PAUSE -> one.pause(Duration.ofMillis(random.nextInt(200, 6000)));
            case REDIS_HANGS -> {
                redis.freeze();
                Thread.sleep(random.nextInt(200, 6000));
                redis.thaw();
            }
            case REDIS_RESTARTS_EMPTY -> {
                redis.kill();
                redis.forget();
                Thread.sleep(random.nextInt(0, 3000));
                redis.restart();
                redis.save();
            }
            case REDIS_RESTARTS_FROM_OLD_DATA -> {
                redis.kill();
                Thread.sleep(random.nextInt(0, 3000));
                redis.restart();
            }
        }
    }

    /** Waits until every server was acted for since now. */
    private void awaitActs(String after) {
        long now = System.nanoTime();
        await("acts for every server after " + after).atMost(PATIENCE).until(() -> sink.allActedSince(now));
    }

    private void awaitHash() {
        List<String> ids = actors.stream().map(actor -> actor.replica.id).toList();
        await("claims are those of the hash")
                .atMost(PATIENCE)
                .untilAsserted(() -> actors.forEach(actor -> {
                    Set<String> expected = new HashSet<>(SERVERS);
                    expected.removeIf(server -> !actor.replica.id.equals(Rendezvous.owner(server, ids)));
                    assertThat(actor.replica.held()).isEqualTo(expected);
                }));
    }
}
