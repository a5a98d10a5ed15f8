package dev.pgvigil.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
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
    /** Those of the writer that was made last. */
    private OwnTables tables = new OwnTables();

    @AfterEach
    void closeWriters() {
        writers.forEach(StoreWriter::close);
    }

    @AfterAll
    static void closeVertx() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    static final Map<Level, Duration> RETENTION = Map.of(
            Level.RAW, Duration.ofDays(2),
            Level.MINUTE, Duration.ofDays(7),
            Level.FIVE_MINUTES, Duration.ofDays(35),
            Level.HOUR, Duration.ofDays(400));

    static StoreSettings settings(PgServer server, String database, boolean migrate, int rows) {
        return new StoreSettings(
                server.server("postgres", null),
                database,
                Map.of(),
                4,
                migrate,
                RETENTION,
                Duration.ofDays(400),
                rows,
                1_000);
    }

    private StoreWriter writer(PgServer server, String database, boolean migrate) {
        StoreSettings settings = settings(server, database, migrate, 10_000);
        tables = new OwnTables();
        tables.queues().forEach(RowQueue::open);
        tables.limit(settings);
        StoreWriter writer = new StoreWriter(
                VERTX, settings, List.of(tables), OwnTables.retention(settings), now::get, Duration.ofMillis(1_500));
        writers.add(writer);
        return writer;
    }

    /** A feature with a table of its own. */
    private static final class Deliveries implements StoreTables {

        private final RowQueue<Integer> queue;

        Deliveries(String table, Instant now) {
            queue = new RowQueue<>(
                    "deliveries",
                    table,
                    100,
                    id -> now.minus(Duration.ofDays(id)),
                    (session, ids) -> session.preparedQuery("INSERT INTO pgvigil." + table
                                    + " (id, at) SELECT id, $2::timestamptz - id * interval '1 day' FROM unnest($1::int[]) AS id"
                                    + " ON CONFLICT DO NOTHING")
                            .execute(Tuple.of(ids.toArray(Integer[]::new), Rows.utc(now)))
                            .map(SqlResult::rowCount));
            queue.open();
        }

        @Override
        public List<String> scripts() {
            return List.of("V202601010000__test_deliveries.sql");
        }

        @Override
        public List<RowQueue<?>> queues() {
            return List.of(queue);
        }
    }

    private StoreWriter writer(PgServer server, String database, Deliveries feature, OwnTables own) {
        StoreSettings settings = settings(server, database, true, 10_000);
        Map<String, Duration> retention = new HashMap<>(OwnTables.retention(settings));
        retention.put("delivery", Duration.ofDays(10));
        own.queues().forEach(RowQueue::open);
        StoreWriter writer =
                new StoreWriter(VERTX, settings, List.of(feature, own), retention, now::get, Duration.ofMillis(1_500));
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

    private void add(int rows) {
        for (int i = 0; i < rows; i++) {
            tables.samples.add(sample("t" + i % 10, now.get().minusSeconds(15L * (i / 10)), i));
        }
    }

    private static void pass(StoreWriter writer) {
        writer.work();
        writer.maintain();
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
            add(4_500);
            tables.audit.add(change);
            writer.work();
            assertThat(writer.state().problem()).isNull();
            assertThat(writer.state().buffered()).isZero();
            assertThat(tables.samples.state().written()).isEqualTo(run == 0 ? 4_500 : 0);
        }
        assertThat(rows(server, database, "history_raw")).isEqualTo(4_500);
        assertThat(rows(server, database, "health_monitoring_audit")).isEqualTo(1);
    }

    @Test
    void keepsRowsWhileTheServerIsAwayAndWritesThemAfterwards() {
        try (PgServer server = PgServer.start(MAJOR)) {
            String database = server.newDatabase("store");
            StoreWriter writer = writer(server, database, true);
            add(1_000);
            writer.work();
            server.kill();
            later(Duration.ofMinutes(2));
            add(1_000);
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
            add(500);
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
        add(10);
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
        add(10);
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
    void refusesWithoutTheRightToCreateItsSchemaAndGoesOnWhenItIsGranted() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        String role = PgServer.unique("store_role");
        server.sql("CREATE ROLE " + role + " LOGIN");
        StoreSettings owner = settings(server, database, true, 10_000);
        StoreSettings settings = new StoreSettings(
                server.server(role, null), database, Map.of(), 4, true, owner.keep(), owner.keepAudit(), 10_000, 1_000);
        tables.queues().forEach(RowQueue::open);
        StoreWriter writer = new StoreWriter(
                VERTX, settings, List.of(tables), OwnTables.retention(settings), now::get, Duration.ofMillis(1_500));
        writers.add(writer);
        add(10);
        writer.work();
        assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.REFUSED);
        assertThat(writer.state().problem()).contains("42501", "must own");
        assertThat(writer.state().buffered()).isEqualTo(10);

        server.sql("ALTER DATABASE " + database + " OWNER TO " + role);
        later(Duration.ofMinutes(1));
        writer.work();
        assertThat(writer.state().problem()).isNull();
        assertThat(rows(server, database, "history_raw")).isEqualTo(10);
    }

    @Test
    void stopsWritingWhenANewerPgvigilMigratesTheSchema() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        StoreWriter older = writer(server, database, true);
        OwnTables rowsOfOlder = tables;
        pass(older);
        StoreWriter newer = writer(server, database, new Deliveries("delivery", now.get()), new OwnTables());
        newer.work();
        assertThat(newer.state().problem()).isNull();

        later(Duration.ofMinutes(1));
        older.maintain();
        rowsOfOlder.samples.add(sample("t", now.get(), 1));
        older.work();
        assertThat(older.state().mode()).isEqualTo(StoreState.Mode.REFUSED);
        assertThat(older.state().problem()).contains("version 202601010000", "newer than this pgvigil");
        assertThat(rows(server, database, "history_raw")).isZero();
    }

    @Test
    void writesAndPrunesThePartitionsOfAFeature() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        // The feature came to a store that had been in use.
        writer(server, database, true).work();
        Deliveries feature = new Deliveries("delivery", now.get());
        StoreWriter writer = writer(server, database, feature, new OwnTables());
        IntStream.of(0, 3, 7).forEach(feature.queue::add);
        pass(writer);
        assertThat(writer.state().problem()).isNull();
        assertThat(rows(server, database, "delivery")).isEqualTo(3);
        later(Duration.ofDays(6));
        pass(writer);
        assertThat(server.valueIn(database, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM pgvigil.delivery"))
                .isEqualTo("0 3");
    }

    @Test
    void writesTheOtherQueuesWhileTheTableOfOneIsRefused() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        Deliveries feature = new Deliveries("missing", now.get());
        OwnTables own = new OwnTables();
        StoreWriter writer = writer(server, database, feature, own);
        feature.queue.add(1);
        own.samples.add(sample("t", now.get(), 1));
        writer.work();
        assertThat(rows(server, database, "history_raw")).isEqualTo(1);
        assertThat(writer.state().mode()).isEqualTo(StoreState.Mode.AWAY);
        assertThat(writer.state().problem()).contains("missing");
        assertThat(feature.queue.state().buffered()).isEqualTo(1);
    }

    @Test
    void remakesTheLevelsOfLateRows() {
        PgServer server = PgServer.shared(MAJOR);
        String database = server.newDatabase("store");
        StoreWriter writer = writer(server, database, true);
        pass(writer);
        Instant bucket = now.get();
        tables.samples.add(sample("t", bucket, 5, 7));
        later(Duration.ofHours(3));
        pass(writer);
        assertThat(server.valueIn(database, "SELECT response_time_max FROM pgvigil.history_1h"))
                .isEqualTo("7");

        tables.samples.add(sample("t", bucket.plusSeconds(15), 1, 9));
        later(Duration.ofMinutes(2));
        pass(writer);
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
        add(10);
        pass(writer);
        assertThat(rows(server, database, "history_raw")).isEqualTo(10);
        later(Duration.ofDays(4));
        // A pass of maintenance is bounded, and what is not made into minutes is not dropped.
        pass(writer);
        assertThat(rows(server, database, "history_raw")).isEqualTo(10);
        for (int i = 0; i < 14; i++) {
            later(Duration.ofMinutes(61));
            pass(writer);
        }
        assertThat(writer.state().problem()).isNull();
        assertThat(rows(server, database, "history_raw")).isZero();
        assertThat(server.valueIn(database, "SELECT sum(up_count) FROM pgvigil.history_1m"))
                .isEqualTo("10");
        // A row that is older than the raw level cannot be made into the others.
        tables.samples.add(sample("t0", now.get().minus(Duration.ofDays(3)), 1));
        later(Duration.ofMinutes(1));
        pass(writer);
        assertThat(tables.samples.state().rejected()).isEqualTo(1);
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
            pass(writer);
            Aggregate all = Aggregate.NONE;
            List<Integer> places =
                    new ArrayList<>(IntStream.range(0, 300).boxed().toList());
            Collections.shuffle(places, random);
            for (int i : places) {
                double value = random.nextInt(-1000, 1000) * 0.5;
                tables.samples.add(sample("t" + i % 3, now.get().plusSeconds(i * 75L), value));
                all = all.plus(Aggregate.of(value));
                if (random.nextInt(40) == 0) {
                    pass(writer);
                }
            }
            later(Duration.ofHours(9));
            pass(writer);
            // A pass of maintenance is bounded.
            for (int i = 0; i < 3; i++) {
                later(Duration.ofMinutes(2));
                pass(writer);
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
