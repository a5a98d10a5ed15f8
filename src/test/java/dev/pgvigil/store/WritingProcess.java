package dev.pgvigil.store;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process that writes rows to a store as pgvigil does, until it is killed. It prints a line for what it was confirmed: {@code samples}
 * rows of history and {@code audit} rows so far, and how many of each it has made.
 */
final class WritingProcess {

    private static final int EACH = 5;
    private static final int PERIOD_MILLIS = 10;

    private WritingProcess() {}

    /**
     * Writes until it is killed.
     *
     * @param args host, port and database of the store, name of the target, first second of its rows
     */
    public static void main(String[] args) {
        StoreSettings settings = new StoreSettings(
                new Server(args[0], Integer.parseInt(args[1]), "postgres", null, new Tls(Tls.Mode.DISABLE)),
                args[2],
                Map.of(),
                4,
                true,
                Map.of(),
                Duration.ofDays(400),
                100_000,
                100_000);
        String target = args[3];
        Instant begin = Instant.ofEpochSecond(Long.parseLong(args[4]));
        OwnTables tables = new OwnTables();
        tables.queues().forEach(RowQueue::open);
        tables.limit(settings);
        StoreWriter writer = new StoreWriter(
                Vertx.vertx(),
                settings,
                List.of(tables),
                OwnTables.retention(settings),
                InstantSource.system(),
                Duration.ofSeconds(5));
        AtomicLong made = new AtomicLong();
        var threads = Executors.newScheduledThreadPool(2);
        var _ = threads.scheduleWithFixedDelay(
                () -> {
                    writer.work();
                    System.out.printf(
                            "%d %d %d%n",
                            tables.samples.state().written(),
                            tables.audit.state().written(),
                            made.get());
                    System.out.flush();
                },
                0,
                2 * PERIOD_MILLIS,
                TimeUnit.MILLISECONDS);
        var _ = threads.scheduleWithFixedDelay(
                () -> {
                    for (int i = 0; i < EACH; i++) {
                        long row = made.getAndIncrement();
                        tables.samples.add(new Sample(
                                target,
                                begin.plusSeconds(row),
                                List.of(
                                        Aggregate.of(1),
                                        Aggregate.of((double) row),
                                        Aggregate.UNKNOWN,
                                        Aggregate.NONE)));
                        tables.audit.add(new AuditRow(
                                UUID.randomUUID(), begin, target, "up", "{\"row\": " + row + "}", "[]", "status"));
                    }
                },
                0,
                PERIOD_MILLIS,
                TimeUnit.MILLISECONDS);
    }
}
