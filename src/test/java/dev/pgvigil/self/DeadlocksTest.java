package dev.pgvigil.self;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class DeadlocksTest {

    private final Deadlocks deadlocks = new Deadlocks();

    @Test
    void returnsNamesOfDeadlockedThreads() throws InterruptedException {
        ReentrantLock left = new ReentrantLock();
        ReentrantLock right = new ReentrantLock();
        CyclicBarrier bothHold = new CyclicBarrier(2);
        Thread one = Thread.ofPlatform().name("one").daemon().start(() -> takeBoth(left, right, bothHold));
        Thread two = Thread.ofPlatform().name("two").daemon().start(() -> takeBoth(right, left, bothHold));

        await().untilAsserted(() -> assertThat(deadlocks.names()).containsExactlyInAnyOrder("one", "two"));

        one.interrupt();
        two.interrupt();
        one.join();
        two.join();
        assertThat(deadlocks.names()).isEmpty();
    }

    private static void takeBoth(ReentrantLock first, ReentrantLock second, CyclicBarrier bothHold) {
        first.lock();
        try {
            bothHold.await();
            second.lockInterruptibly();
            second.unlock();
        } catch (Exception e) {
            Thread.currentThread().interrupt();
        } finally {
            first.unlock();
        }
    }
}
