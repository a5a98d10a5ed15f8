package dev.pgvigil.check.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.schema.MissingIndexes.Access;
import dev.pgvigil.check.schema.MissingIndexes.Table;
import dev.pgvigil.postgres.Grants;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MissingIndexesTest {

    private static final MissingIndexes CHECK = new MissingIndexes();
    private static final Target SHOP = Evaluating.target("shop");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({"10485759, 0", "10485760, 1"})
        void reportsForeignKeyFromSize(long bytes, int findings) {
            MissingIndexes.Key key =
                    new MissingIndexes.Key("public", "orders", "orders_customer", "customer", "customers", bytes, 5);

            assertThat(Evaluating.evaluate(CHECK, new Access(List.of(key), 1, List.of()), SHOP))
                    .hasSize(findings)
                    .allMatch(found -> found.status() == Status.HEALTHY);
        }

        @ParameterizedTest
        @CsvSource({
            "104857600, 10, 1000000, 600, 1",
            "104857599, 10, 1000000, 600, 0",
            "104857600, 9, 900000, 600, 0",
            "104857600, 5, 500000, 10, 0",
            "104857600, 6, 600000, 10, 1",
            "104857600, 1000, 1000000, 600, 0",
            "104857600, 0, 0, 600, 0",
        })
        void reportsScansBySizeRateAndRows(long bytes, long scans, long rows, long seconds, int findings) {
            Access before = new Access(List.of(), 0, List.of(new Table("public", "orders", bytes, 1e5, 50, 5000)));
            Access now = new Access(
                    List.of(), 0, List.of(new Table("public", "orders", bytes, 1e5, 50 + scans, 5000 + rows)));
            Previous<Access> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(seconds), Evaluating.NOW);

            List<Finding> found = CHECK.evaluate(now, previous, SHOP);
            assertThat(found).hasSize(findings);
            found.forEach(finding -> Evaluating.complete(CHECK, finding));
            assertThat(CHECK.evaluate(now, Previous.none(Evaluating.NOW), SHOP)).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"5, 0", "6, 1"})
        void countsFromZeroAfterReset(long scans, int findings) {
            Access before = new Access(List.of(), 0, List.of(new Table("public", "orders", 1 << 30, 100, 900, 90000)));
            Access now =
                    new Access(List.of(), 0, List.of(new Table("public", "orders", 1 << 30, 100, scans, scans * 100)));
            Previous<Access> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(60), Evaluating.NOW);

            assertThat(CHECK.evaluate(now, previous, SHOP)).hasSize(findings);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsForeignKeyOnceReferencedRowsAreDeleted(int major) {
        Target all = Evaluating.target("shop", Map.of("missing-indexes.foreign-key-size", 0.0));
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table shops (id int, region int, primary key (id, region))",
                "create table customers (id int primary key)",
                "insert into shops select g, 1 from generate_series(1, 100) g",
                "insert into customers select generate_series(1, 100)",
                "create table orders as select g id, g % 90 + 1 customer, g % 90 + 1 shop, 1 region"
                        + " from generate_series(1, 100000) g",
                "alter table orders add constraint by_customer foreign key (customer) references customers",
                "alter table orders add constraint by_shop foreign key (shop, region) references shops",
                "create index on orders (region, shop, id)",
                "create index on orders (customer) where customer < 5",
                "analyze");
        try (Collecting asking = Collecting.of(server, database)) {
            assertThat(asking.collect(CHECK).keys()).isEmpty();
            server.sqlIn(database, "delete from customers where id > 95", "delete from shops where id > 95");
            Finding found = await().atMost(PATIENCE)
                    .until(
                            () -> Evaluating.evaluate(CHECK, asking.collect(CHECK), all),
                            findings -> !findings.isEmpty())
                    .getFirst();
            assertThat(found.observed()).startsWith("by_customer of public.orders (");
            assertThat(found.observed()).doesNotContain("more");
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, asking.collect(CHECK)), "pgvigil_foreign_keys_without_index"))
                    .isEqualTo(1);

            server.sqlIn(database, String.valueOf(found.sql()));
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), all)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsTableThatIsScannedAsAWhole(int major) {
        Target all = Evaluating.target("shop", Map.of("missing-indexes.scan-size", 1e6));
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database, "create table orders as select g id from generate_series(1, 100000) g", "analyze orders");
        try (Collecting asking = Collecting.of(server, database)) {
            Previous<Access> previous =
                    new Previous<>(asking.collect(CHECK), Evaluating.NOW.minusSeconds(60), Evaluating.NOW);
            for (int i = 0; i < 6; i++) {
                server.sqlIn(database, "set max_parallel_workers_per_gather = 0; select count(*) from orders");
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                List<Finding> found = CHECK.evaluate(asking.collect(CHECK), previous, all);
                assertThat(found).extracting(Finding::key).containsExactly("missing-indexes/sequential-scans");
            });
            Access now = asking.collect(CHECK);
            assertThat(CHECK.evaluate(now, new Previous<>(now, Evaluating.NOW.minusSeconds(60), Evaluating.NOW), all))
                    .isEmpty();
        }
    }

    /** A table of 100,000 orders, statements on it, and what the check says between two of its runs. */
    private static final class Scans implements AutoCloseable {

        private static final Target SMALL = Evaluating.target("shop", Map.of("missing-indexes.scan-size", 1e6));

        private final PgServer server;
        private final String database;
        private final Collecting asking;
        private Access before;

        Scans(int major, boolean plans) {
            server = PgServer.shared(major);
            server.server();
            database = server.newDatabase("shop");
            server.sqlIn(
                    database,
                    "create extension pg_stat_statements",
                    "revoke create on schema public from public",
                    "create table orders as select g id, g % 5000 customer, 'paid'::varchar state"
                            + " from generate_series(1, 100000) g",
                    "vacuum analyze orders");
            if (plans) {
                server.sqlIn(database, Grants.Level.L2.script());
            }
            asking = Collecting.slow(server, database);
            before = collect();
        }

        private Access collect() {
            return asking.ask(session -> CHECK.collect(session, SMALL));
        }

        /** Runs statements six times, and evaluates what the check reads then. */
        Optional<Finding> after(String... statements) {
            long visits = visits();
            for (int i = 0; i < 6; i++) {
                server.sqlIn(database, statements);
            }
            await().atMost(PATIENCE).until(() -> visits() >= visits + 6);
            Access now = collect();
            Previous<Access> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(60), Evaluating.NOW);
            before = now;
            return CHECK.evaluate(now, previous, SMALL).stream().findFirst();
        }

        /** Scans of the table, of whatever kind: backends tell of them when they end. */
        private long visits() {
            return asking.ask(session -> session.row(
                    "select (seq_scan + coalesce(idx_scan, 0))::int8 as scans from pg_catalog.pg_stat_user_tables"
                            + " where relname = 'orders'",
                    row -> row.getLong("scans")));
        }

        void repair(Finding finding) {
            server.sqlIn(database, String.valueOf(finding.sql()));
        }

        @Override
        public void close() {
            asking.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void namesStatementAndIndexThatEndsItsScans(int major) {
        String statement = "select count(*) from orders where customer = 77";
        try (Scans scene = new Scans(major, false)) {
            Finding found = scene.after(statement).orElseThrow();

            assertThat(found.cause())
                    .contains("ran 6 times and reads", "select count(*) from orders where customer = $1");
            assertThat(found.action()).startsWith("A candidate, not verified: an index on customer");
            assertThat(found.sql()).isEqualTo("create index concurrently on \"public\".\"orders\" (\"customer\")");
            assertThat(found.evidence().getFirst())
                    .containsEntry("rests_on", "text")
                    .containsEntry("calls", 6L);
            Evaluating.complete(CHECK, found);

            scene.repair(found);
            assertThat(scene.after(statement)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void proposesWhatThePlanFilters(int major) {
        try (Scans scene = new Scans(major, true)) {
            Finding found = scene.after("select id from orders where state = 'paid' and customer = 77")
                    .orElseThrow();

            assertThat(found.evidence().getFirst()).containsEntry("rests_on", "plan");
            assertThat(found.action()).contains("the server's plan scans the table");
            scene.repair(found);
            assertThat(scene.after("select id from orders where state = 'paid' and customer = 77"))
                    .isEmpty();

            Finding most = scene.after("select count(*) from orders where state <> 'sent'")
                    .orElseThrow();
            assertThat(most.action()).startsWith("No index is proposed");
            assertThat(most.sql()).doesNotContain("create index");

            // The planner knows nothing of a bound in a generic plan.
            Finding bound =
                    scene.after("select count(*) from orders where id > 0").orElseThrow();
            assertThat(bound.action()).startsWith("A candidate, not verified");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void proposesNoIndexThatExists(int major) {
        try (Scans scene = new Scans(major, false)) {
            scene.server.sqlIn(scene.database, "create index by_customer on orders (customer)");
            Finding found = scene.after(
                            "set enable_bitmapscan = off; set enable_indexscan = off; set enable_indexonlyscan = off;"
                                    + " select count(*) from orders where customer = 77")
                    .orElseThrow();

            assertThat(found.action()).startsWith("There is an index already, \"public\".\"by_customer\"");
            assertThat(found.sql()).isEqualTo("analyze \"public\".\"orders\"");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void usesStatisticsWhereTheyCanBeRead(int major) {
        try (Scans scene = new Scans(major, false)) {
            scene.server.sqlIn(
                    scene.database,
                    "grant select on orders to " + scene.server.server().user());
            Finding one = scene.after("select count(*) from orders where state = 'paid'")
                    .orElseThrow();
            assertThat(one.action()).startsWith("No index is proposed");

            Finding two = scene.after("select count(*) from orders where state = 'paid' and customer = 77")
                    .orElseThrow();
            assertThat(two.sql()).endsWith("(\"customer\", \"state\")");
            assertThat(two.evidence().getFirst()).containsEntry("rests_on", "statistics");
        }
    }
}
