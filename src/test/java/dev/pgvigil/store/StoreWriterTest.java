package dev.pgvigil.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The store on a real server: away, frozen, of another version, and written twice. */
class StoreWriterTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final int MAJOR = PgServer.majors().getLast();

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.HOURS).plusSeconds(1800));
    private final List<StoreWriter> writers = new ArrayList<>();

    @AfterEach
    void closeWriters() {
        writers.forEach(StoreWriter::close);
    }

    @AfterAll
    static void closeVertx() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    static StoreSettings settings(PgServer server, String database, boolean migrate, int rows) {
        return new StoreSettings(
                server.server("postgres", null),
                database,
                Map.of(),
                4,
                migrate,
                Map.of(
                        Level.RAW, Duration.ofDays(2),
                        Level.MINUTE, Duration.ofDays(7),
                        Level.FIVE_MINUTES, Duration.ofDays(35),
                        Level.HOUR, Duration.ofDays(400)),
                Duration.ofDays(400),
                rows,
                1_000);
    }

    private StoreWriter writer(PgServer server, String database, boolean migrate) {
        StoreWriter writer =
                new StoreWriter(VERTX, settings(server, database, migrate, 10_000), now::get, Duration.ofMillis(1_500));
        writers.add(writer);
        return writer;
    }

    private static Sample sample(String target, Instant at, double... values) {
        Aggregate all = Aggregate.NONE;
        for (double value : values) {
            all = all.plus(Aggregate.of(value));
        }
        return new Sample(target, at, List.of(Aggregate.of(1), all, Aggregate.UNKNOWN, Aggregate.NONE));
    }

    private void add(StoreWriter writer, int rows) {
        for (int i = 0; i < rows; i++) {
            writer.samples.add(sample("t" + i % 10, now.get().minusSeconds(15L * (i / 10)), i));
        }
    }

    private void later(Duration time) {
        now.updateAndGet(at -> at.plus(time));
    }

    private static long rows(PgServer server, String database, String table) {
        return Long.parseLong(String.valueOf(server.valueIn(database, "SELECT count(*) FROM pgvigil." + table)));
    }

    @Test
    void writesEachRowOnceWhenItIsSentAgain() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        AuditRow change = new AuditRow(UUID.randomUUID(), now.get(), "t1", "degraded", "{}", "[]", "status");
        for (int run = 0; run < 2; run++) {
            StoreWriter writer = writer(server, database, true);
            add(writer, 4_500);
            writer.audit.add(change);
            writer.work();
            assertThat(writer.state().problem()).isNull();
            assertThat(writer.state().buffered()).isZero();
            assertThat(writer.state().written()).isEqualTo(run == 0 ? 4_500 : 0);
        }
        assertThat(rows(server, database, "history_raw")).isEqualTo(4_500);
        assertThat(rows(server, database, "health_monitoring_audit")).isEqualTo(1);
    }

    @Test
    void keepsRowsWhileTheServerIsAwayAndWritesThemAfterwards() {
        try (PgServer server = PgServer.start(MAJOR)) {
            String database = server.newDatabase("store");
            StoreWriter writer = writer(server, database, true);
            add(writer, 1_000);
            writer.work();
            server.kill();
            later(Duration.ofMinutes(2));
            add(writer, 1_000);
            writer.work();
            assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.AWAY);
            assertThat(writer.state().problem()).isNotNull();
            assertThat(writer.state().buffered()).isEqualTo(1_000);

            server.restart();
            later(Duration.ofMinutes(2));
            writer.work();
            assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.WRITING);
            assertThat(writer.state().buffered()).isZero();
            // 920 of the second thousand have the time of rows of the first.
            assertThat(rows(server, database, "history_raw")).isEqualTo(1_080);
        }
    }

    @Test
    void endsEveryStatementInTimeWhileTheServerIsFrozen() {
        try (PgServer server = PgServer.start(MAJOR)) {
            String database = server.newDatabase("store");
            StoreWriter writer = writer(server, database, true);
            writer.work();
            server.freeze();
            add(writer, 500);
            long begin = System.nanoTime();
            writer.work();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
            assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.AWAY);
            server.thaw();
            later(Duration.ofMinutes(1));
            writer.work();
            assertThat(writer.state().problem()).isNull();
            assertThat(rows(server, database, "history_raw")).isEqualTo(500);
        }
    }

    @Test
    void refusesToWriteToANewerSchema() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        writer(server, database, true).work();
        server.sqlIn(
                database,
                "INSERT INTO pgvigil.schema_history (installed_rank, version, description, type, script, installed_by,"
                        + " execution_time, success) VALUES (99, '99', 'later', 'SQL', 'V99__later.sql', 'x', 1, true)");
        StoreWriter writer = writer(server, database, true);
        add(writer, 10);
        writer.work();
        assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.REFUSED);
        assertThat(writer.state().problem()).contains("version 99", "newer than this pgvigil");
        assertThat(rows(server, database, "history_raw")).isZero();
    }

    @Test
    void refusesToWriteToAnOlderSchemaThatItMayNotMigrate() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        StoreWriter writer = writer(server, database, false);
        add(writer, 10);
        writer.work();
        assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.REFUSED);
        assertThat(writer.state().problem()).contains("lacks 2 migrations", "pgvigil store migrate");
        assertThat(server.valueIn(database, "SELECT to_regclass('pgvigil.history_raw')"))
                .isNull();

        writer(server, database, true).work();
        later(Duration.ofMinutes(1));
        writer.work();
        assertThat(rows(server, database, "history_raw")).isEqualTo(10);
    }

    @Test
    void remakesTheLevelsOfLateRows() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        StoreWriter writer = writer(server, database, true);
        writer.work();
        Instant bucket = now.get();
        writer.samples.add(sample("t", bucket, 5, 7));
        later(Duration.ofHours(3));
        writer.work();
        assertThat(server.valueIn(database, "SELECT response_time_max FROM pgvigil.history_1h"))
                .isEqualTo("7");

        writer.samples.add(sample("t", bucket.plusSeconds(15), 1, 9));
        later(Duration.ofMinutes(2));
        writer.work();
        for (String level : List.of("history_1m", "history_5m", "history_1h")) {
            assertThat(server.valueIn(
                            database,
                            "SELECT concat_ws(' ', response_time_count, response_time_sum, response_time_min,"
                                    + " response_time_max, connections_unknown, connections_count, database_size_count) FROM pgvigil."
                                    + level))
                    .as(level)
                    .isEqualTo("4 22 1 9 2 0");
        }
    }

    @Test
    void dropsPartitionsWhoseRetentionIsOver() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        StoreWriter writer = writer(server, database, true);
        add(writer, 10);
        writer.work();
        assertThat(rows(server, database, "history_raw")).isEqualTo(10);
        later(Duration.ofDays(4));
        // A pass of maintenance is bounded, and what is not made into minutes is not dropped.
        writer.work();
        assertThat(rows(server, database, "history_raw")).isEqualTo(10);
        for (int i = 0; i < 14; i++) {
            later(Duration.ofMinutes(61));
            writer.work();
        }
        assertThat(writer.state().problem()).isNull();
        assertThat(rows(server, database, "history_raw")).isZero();
        assertThat(server.valueIn(database, "SELECT sum(up_count) FROM pgvigil.history_1m"))
                .isEqualTo("10");
        // A row that is older than the raw level cannot be made into the others.
        writer.samples.add(sample("t0", now.get().minus(Duration.ofDays(3)), 1));
        later(Duration.ofMinutes(1));
        writer.work();
        assertThat(writer.state().rejected()).isEqualTo(1);
    }

    /** With {@code -Dpgvigil.store.property-tries=1000} for longer. */
    @Test
    void conservesCountsAndExtremesOfAnyRows() {
        PgServer server = PgServer.shared(MAJOR);
        for (int run = 0; run < Integer.getInteger("pgvigil.store.property-tries", 2); run++) {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            String database = server.newDatabase("store");
            StoreWriter writer = writer(server, database, true);
            writer.work();
            Aggregate all = Aggregate.NONE;
            List<Integer> places =
                    new ArrayList<>(IntStream.range(0, 300).boxed().toList());
            Collections.shuffle(places, random);
            for (int i : places) {
                double value = random.nextInt(-1000, 1000) * 0.5;
                writer.samples.add(sample("t" + i % 3, now.get().plusSeconds(i * 75L), value));
                all = all.plus(Aggregate.of(value));
                if (random.nextInt(40) == 0) {
                    writer.work();
                }
            }
            later(Duration.ofHours(9));
            writer.work();
            // A pass of maintenance is bounded.
            for (int i = 0; i < 3; i++) {
                later(Duration.ofMinutes(2));
                writer.work();
            }
            for (String level : List.of("history_raw", "history_1m", "history_5m", "history_1h")) {
                assertThat(server.valueIn(
                                database,
                                "SELECT concat_ws(' ', sum(response_time_count), sum(response_time_sum), min(response_time_min),"
                                        + " max(response_time_max), sum(connections_unknown)) FROM pgvigil." + level))
                        .as("%s, seed %d", level, seed)
                        .isEqualTo(all.count() + " " + number(all.sum()) + " " + number(all.min()) + " "
                                + number(all.max()) + " 300");
            }
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
