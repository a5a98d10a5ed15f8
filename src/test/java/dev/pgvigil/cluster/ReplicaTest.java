package dev.pgvigil.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.cluster.ReplicaState.Mode;
import dev.pgvigil.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas on a real Redis: who watches which server. */
class ReplicaTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> SERVERS =
            IntStream.range(0, 60).mapToObj(i -> "db-" + i + ":5432").toList();

    private final RedisServer redis = RedisServer.start();
    private final List<TestReplica> replicas = new ArrayList<>();

    /** As if the keys were old: otherwise the first claims wait for owners who may come back. */
    @BeforeEach
    void existingKeys() {
        redis.command("SET", "{pgv:test}:boot", "1");
    }

    @AfterEach
    void end() {
        replicas.forEach(TestReplica::close);
        redis.close();
    }

    private TestReplica join() {
        TestReplica replica = new TestReplica(TestReplica.settings(redis), SERVERS);
        replicas.add(replica);
        return replica;
    }

    private List<TestReplica> living() {
        return replicas.stream().filter(TestReplica::lives).toList();
    }

    /** Waits until each server is held by the replica that the hash names. */
    private void awaitHash() {
        List<TestReplica> living = living();
        List<String> ids = living.stream().map(one -> one.id).toList();
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (TestReplica one : living) {
                Set<String> expected = new HashSet<>(SERVERS);
                expected.removeIf(server -> !one.id.equals(Rendezvous.owner(server, ids)));
                assertThat(one.held()).isEqualTo(expected);
                assertThat(one.watched()).isEqualTo(expected);
            }
        });
    }

    @Test
    void singleReplicaWatchesEverything() {
        TestReplica only = join();
        awaitHash();
        assertThat(only.state().mode()).isEqualTo(Mode.SHARED);
        SERVERS.forEach(server -> assertThat(only.replica().token(server)).isPresent());
    }

    @Test
    void joiningReplicaGetsItsShareAndLeaverMovesOnlyItsOwn() {
        TestReplica first = join();
        awaitHash();
        TestReplica second = join();
        TestReplica third = join();
        awaitHash();
        Map<String, Long> before = first.state().held();
        second.leave();
        awaitHash();
        // What the first held, it holds with the same token.
        assertThat(first.state().held()).containsAllEntriesOf(before);
        assertThat(third.held()).doesNotContainAnyElementsOf(first.held());
    }

    @Test
    void serversOfKilledReplicaAreTakenOverWithGreaterTokens() {
        TestReplica first = join();
        TestReplica second = join();
        awaitHash();
        Map<String, Long> before = second.state().held();
        assertThat(before).isNotEmpty();
        second.kill();
        awaitHash();
        before.forEach(
                (server, token) -> assertThat(first.state().held().get(server)).isGreaterThan(token));
    }

    @Test
    void pausedReplicaMayNotActAfterOthersHaveTakenOver() {
        TestReplica first = join();
        TestReplica second = join();
        awaitHash();
        String server = second.held().iterator().next();
        CountDownLatch go = second.pause();
        await().atMost(PATIENCE).until(() -> first.held().contains(server));
        // Its event loop stands still, so that it has learned nothing; only its own clock tells it.
        assertThat(second.held()).contains(server);
        assertThat(second.replica().token(server)).isEmpty();
        go.countDown();
        await().atMost(PATIENCE).until(() -> first.held().size() + second.held().size() == SERVERS.size());
        awaitHash();
    }

    @Test
    void everythingStaysWatchedWhileRedisHangs() {
        TestReplica first = join();
        TestReplica second = join();
        awaitHash();
        Set<String> mine = first.held();
        redis.freeze();
        await().atMost(PATIENCE)
                .until(() -> first.state().mode() == Mode.SOLO && second.state().mode() == Mode.SOLO);
        assertThat(first.watched()).containsAll(mine);
        mine.forEach(server -> assertThat(first.replica().token(server)).isPresent());
        // Neither hears the other, so each watches everything.
        await().atMost(PATIENCE).until(() -> first.watched().size() == SERVERS.size());
        redis.thaw();
        awaitHash();
        assertThat(first.state().adopted()).isEmpty();
    }

    @Test
    void startsWithoutRedisAndSharesWhenItIsThere() {
        redis.kill();
        TestReplica first = join();
        await().atMost(PATIENCE).until(() -> first.watched().size() == SERVERS.size());
        assertThat(first.state().mode()).isEqualTo(Mode.SOLO);
        redis.restart();
        TestReplica second = join();
        awaitHash();
        assertThat(second.state().mode()).isEqualTo(Mode.SHARED);
    }

    @Test
    void ownersReassertTheirTokensAfterRedisLostEverything() {
        TestReplica first = join();
        TestReplica second = join();
        awaitHash();
        Map<String, Long> before = first.state().held();
        redis.kill();
        redis.restart();
        await().atMost(PATIENCE)
                .until(() -> redis.command("HLEN", "{pgv:test}:o").equals("60"));
        awaitHash();
        assertThat(first.state().held()).isEqualTo(before);
        assertThat(second.state().mode()).isEqualTo(Mode.SHARED);
    }

    @Test
    void replicaWithOtherServersWatchesWhatNobodyElseHas() {
        TestReplica first = join();
        awaitHash();
        TestReplica other =
                new TestReplica(TestReplica.settings(redis), List.of("db-0:5432", "only-here:5432"), "other");
        replicas.add(other);
        await().atMost(PATIENCE).until(() -> other.held().contains("only-here:5432"));
        assertThat(other.held()).containsOnly("only-here:5432");
        assertThat(first.held()).hasSameElementsAs(SERVERS);
        first.kill();
        await().atMost(PATIENCE).until(() -> other.held().contains("db-0:5432"));
    }
}
