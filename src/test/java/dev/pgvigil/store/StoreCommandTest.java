package dev.pgvigil.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The commands on a store that is missing, filled and old. */
class StoreCommandTest {

    private final PgServer server = PgServer.shared(PgServer.majors().getFirst());
    private final String database = server.newDatabase("store");
    private final StoreSettings settings = StoreWriterTest.settings(server, database, true, 1_000);
    private final OwnTables tables = new OwnTables();

    private record Result(int status, String out, String err) {}

    private Result run(String verb) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = StoreCommand.run(
                verb,
                settings,
                List.of(tables),
                OwnTables.retention(settings),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void migratesShowsAndExportsAStore() throws Exception {
        Result none = run("status");
        assertThat(none.status).isEqualTo(1);
        assertThat(none.out).contains("schema version none: 2 migrations are missing");
        assertThat(run("prune").status).isEqualTo(1);

        Result migrated = run("migrate");
        assertThat(migrated.status).as(migrated.err).isZero();
        assertThat(migrated.out).contains("schema version 1: up to date");

        fill();
        Result status = run("status");
        assertThat(status.status).isZero();
        assertThat(status.out)
                .contains("schema version 1: up to date")
                .containsPattern(
                        "history_1h +\\d partitions +\\d+ bytes  history_1h_\\d{6} to history_1h_\\d{6}  made up to ")
                .containsPattern("health_monitoring_audit +\\d partitions");

        Result export = run("export");
        assertThat(export.status).as(export.err).isZero();
        assertThat(export.out.lines().toList())
                .satisfiesExactly(
                        header -> assertThat(header).startsWith("target_name,at,up_sum"),
                        row -> assertThat(row).startsWith("shop,"),
                        empty -> assertThat(empty).isEmpty(),
                        header -> assertThat(header).startsWith("id,timestamp,target,status"),
                        row -> assertThat(row).contains(",shop,degraded,{},[],status"));

        Result pruned = run("prune");
        assertThat(pruned.status).isZero();
        assertThat(pruned.out).contains("history_raw: 0 partitions dropped");
        assertThat(run("vacuum").status).isEqualTo(2);
    }

    @Test
    void saysWhyAStoreCannotBeReached() {
        StoreSettings away = StoreWriterTest.settings(server, "no_such_database", true, 1_000);
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = StoreCommand.run(
                "status",
                away,
                List.of(tables),
                OwnTables.retention(away),
                System.out,
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(status).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("store: ").contains("no_such_database");
    }

    private void fill() throws Exception {
        Vertx vertx = Vertx.vertx();
        tables.queues().forEach(RowQueue::open);
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        StoreWriter writer = new StoreWriter(
                vertx, settings, List.of(tables), OwnTables.retention(settings), now::get, Duration.ofSeconds(5));
        try {
            tables.samples.add(new Sample(
                    "shop", now.get(), List.of(Aggregate.of(1), Aggregate.of(3), Aggregate.UNKNOWN, Aggregate.NONE)));
            tables.audit.add(new AuditRow(UUID.randomUUID(), now.get(), "shop", "degraded", "{}", "[]", "status"));
            writer.work();
            now.updateAndGet(at -> at.plus(Duration.ofHours(2)));
            writer.maintain();
            assertThat(writer.state().problem()).isNull();
        } finally {
            writer.close();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
