package dev.pgvigil.store;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A store on a real server for tests of features that keep something in it. */
public final class TestStore implements AutoCloseable {

    private static final long MILLIS = 50;

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor();
    private final StoreWriter writer;

    /** Brings the tables of a feature into the database, as soon as the server answers. */
    public TestStore(Vertx vertx, PgServer server, String database, StoreTables tables) {
        this(vertx, server.server("postgres", null), database, tables);
    }

    /** The same in another process than that of the test, which knows the address only. */
    public TestStore(Vertx vertx, Server server, String database, StoreTables tables) {
        this.writer = new StoreWriter(
                vertx,
                new StoreSettings(
                        server,
                        database,
                        Map.of(),
                        4,
                        true,
                        StoreWriterTest.RETENTION,
                        Duration.ofDays(400),
                        1_000,
                        1_000),
                List.of(new OwnTables(), tables),
                Map.of(),
                InstantSource.system(),
                Duration.ofMillis(1_500));
        var _ = worker.scheduleWithFixedDelay(writer::work, 0, MILLIS, TimeUnit.MILLISECONDS);
    }

    public Optional<StoreSessions> sessions() {
        return writer.ready() ? Optional.of(writer.sessions()) : Optional.empty();
    }

    @Override
    public void close() {
        worker.shutdownNow();
        writer.close();
    }
}
