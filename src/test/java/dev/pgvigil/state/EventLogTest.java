package dev.pgvigil.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventLogTest {

    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    private final EventLog log = new EventLog();

    @Test
    void numbersEventsWithoutGapsAndHeartbeatsNot() {
        log.publish(List.of(added("a"), beat("a"), added("b")));
        log.publish(List.of(beat("b"), added("c")));

        EventLog.Batch batch = log.since(0, 100);
        assertThat(batch.gap()).isFalse();
        assertThat(batch.entries()).extracting(EventLog.Entry::sequence).containsExactly(1L, 2L, 3L);
        assertThat(batch.entries()).extracting(entry -> entry.event().target()).containsExactly("a", "b", "c");
        assertThat(log.since(2, 100).entries())
                .extracting(EventLog.Entry::sequence)
                .containsExactly(3L);
        assertThat(log.head()).isEqualTo(3);
    }

    @Test
    void deliversHeartbeatsInOrderBetweenEvents() {
        log.publish(List.of(beat("1"), added("2"), beat("3"), beat("4"), added("5"), beat("6")));

        assertThat(log.read(new EventLog.Position(0, 0), true, 100).entries())
                .extracting(entry -> entry.event().target())
                .containsExactly("1", "2", "3", "4", "5", "6");
        EventLog.Batch half = log.read(new EventLog.Position(0, 0), true, 3);
        assertThat(half.more()).isTrue();
        assertThat(log.read(half.next(), true, 100).entries())
                .extracting(entry -> entry.event().target())
                .containsExactly("4", "5", "6");
    }

    @Test
    void boundsEventCountAndSignalsGapToSlowReader() {
        publish(EventLog.ENTRIES + 5);

        assertThat(log.reaches(4)).isFalse();
        assertThat(log.reaches(5)).isTrue();
        EventLog.Batch late = log.since(4, 1);
        assertThat(late.gap()).isTrue();
        assertThat(late.entries()).extracting(EventLog.Entry::sequence).containsExactly(6L);
        EventLog.Batch justInTime = log.since(5, 1);
        assertThat(justInTime.gap()).isFalse();
        assertThat(justInTime.entries()).isEqualTo(late.entries());
    }

    @Test
    void signalsGapForUnknownSequence() {
        publish(3);

        assertThat(log.reaches(4)).isFalse();
        EventLog.Batch batch = log.since(4, 100);
        assertThat(batch.gap()).isTrue();
        assertThat(batch.entries()).hasSize(3);
    }

    @Test
    void boundsSizeInBytes() {
        Finding large = finding("large").cause("x".repeat(1 << 20));
        for (int i = 0; i < 50; i++) {
            log.publish(List.of(new FleetEvent.Opened(NOW, "t" + i, large)));
        }
        assertThat(log.since(0, 100).entries()).hasSizeBetween(6, 8);

        log.publish(List.of(new FleetEvent.Opened(NOW, "t", finding("huge").cause("x".repeat(20 << 20)))));
        assertThat(log.since(log.head() - 1, 100).entries()).hasSize(1);
    }

    @Test
    void closesOpenFindingsBeforeTargetIsRemoved() {
        Finding first = finding("first");
        Finding second = finding("second");
        Finding newer = second.cause("newer");
        log.publish(List.of(
                added("shop"),
                new FleetEvent.Opened(NOW, "shop", first),
                new FleetEvent.Opened(NOW, "shop", second),
                new FleetEvent.Opened(NOW, "other", first),
                new FleetEvent.Updated(NOW, "shop", newer),
                new FleetEvent.Opened(NOW, "shop", finding("closed")),
                new FleetEvent.Closed(NOW, "shop", finding("closed"))));
        long before = log.head();
        Instant removed = NOW.plusSeconds(5);
        log.publish(List.of(new FleetEvent.Removed(removed, "shop"), added("shop")));
        log.publish(List.of(new FleetEvent.Removed(removed, "shop")));

        assertThat(log.since(before, 100).entries())
                .extracting(EventLog.Entry::event)
                .containsExactly(
                        new FleetEvent.Closed(removed, "shop", first),
                        new FleetEvent.Closed(removed, "shop", newer),
                        new FleetEvent.Removed(removed, "shop"),
                        added("shop"),
                        new FleetEvent.Removed(removed, "shop"));
    }

    @Test
    void blockedSubscriberDoesNotDelayPublisherOrUseMemory() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger gaps = new AtomicInteger();
        CountDownLatch last = new CountDownLatch(1);
        try (ExecutorService slow = Executors.newSingleThreadExecutor()) {
            Cancellable subscription = log.subscribe(
                    slow,
                    false,
                    event -> {
                        await(release);
                        seen.incrementAndGet();
                        if (event.target().equals("last")) {
                            last.countDown();
                        }
                    },
                    gaps::incrementAndGet);
            long began = System.nanoTime();
            publish(1_000_000);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            log.publish(List.of(added("last")));
            release.countDown();
            assertThat(last.await(20, TimeUnit.SECONDS)).isTrue();
            subscription.cancel();
            assertThat(took).isLessThan(Duration.ofSeconds(10));
            assertThat(gaps).hasValue(1);
            // The first batch, and the events in the log when the subscriber continued.
            assertThat(seen).hasValueBetween(EventLog.ENTRIES, EventLog.ENTRIES + 256);
        }
    }

    @Test
    void subscriberReleasesExecutorBetweenBatches() {
        Queue<Runnable> loop = new ArrayDeque<>();
        List<String> done = new ArrayList<>();
        log.subscribe(loop::add, false, event -> done.add(event.target()), () -> {});
        publish(10_000);
        assertThat(loop).hasSize(1);
        loop.remove().run();
        loop.add(() -> done.add("other work"));
        while (!loop.isEmpty()) {
            loop.remove().run();
        }
        assertThat(done).hasSize(10_001);
        assertThat(done.indexOf("other work")).isLessThan(1000);
    }

    @Test
    void deliversNextEventsAfterSubscriberThrows() {
        List<String> seen = new ArrayList<>();
        log.subscribe(
                Runnable::run,
                false,
                event -> {
                    seen.add(event.target());
                    if (event.target().equals("bad")) {
                        throw new IllegalStateException("not this one");
                    }
                },
                () -> {});
        log.publish(List.of(added("bad"), added("good")));
        log.publish(List.of(added("better")));
        assertThat(seen).containsExactly("bad", "good", "better");
    }

    @Test
    void deliversEachEventOnceInOrderFromConcurrentPublishers() throws InterruptedException {
        List<Long> seen = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(8_000);
        try (ExecutorService many = Executors.newFixedThreadPool(4);
                ExecutorService publishers = Executors.newFixedThreadPool(4)) {
            log.subscribe(
                    many,
                    false,
                    event -> {
                        seen.add(Long.parseLong(event.target()));
                        all.countDown();
                    },
                    () -> {});
            for (int i = 0; i < 4; i++) {
                publishers.execute(() -> IntStream.range(0, 2_000).forEach(n -> log.publish(List.of(added("" + n)))));
            }
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(seen)
                .containsExactlyElementsOf(log.since(0, 10_000).entries().stream()
                        .map(entry -> Long.parseLong(entry.event().target()))
                        .toList());
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            log.publish(List.of(added("t" + i)));
        }
    }

    private static FleetEvent added(String target) {
        return new FleetEvent.Added(NOW, target);
    }

    private static FleetEvent beat(String target) {
        return new FleetEvent.Beat(NOW, target, true, 0.5);
    }

    private static Finding finding(String key) {
        return Finding.of("sample", key, Status.DEGRADED, Severity.HIGH, "title", "observed");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
