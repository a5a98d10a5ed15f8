package dev.pgvigil.check.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.schema.Indexes.Group;
import dev.pgvigil.check.schema.Indexes.Index;
import dev.pgvigil.check.schema.Indexes.Listing;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class IndexesTest {

    private static final Indexes CHECK = new Indexes();
    private static final Target SHOP = Evaluating.target("shop");
    private static final Group NONE = new Group(List.of(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "orders_idx, false, HEALTHY, MEDIUM, reindex",
            "orders_idx, true, DEGRADED, LOW, reindex",
            "orders_idx_ccnew, true, DEGRADED, LOW, drop",
            "orders_idx_ccold1, false, HEALTHY, MEDIUM, drop",
        })
        void reportsInvalidIndex(String name, boolean unique, Status status, Severity severity, String sql) {
            Index index = new Index("public", "orders", name, unique, 8192, null, null, null);
            Finding found = Evaluating.one(CHECK, new Listing(1, 8192, group(index), NONE, NONE, null), SHOP);

            assertThat(found.key()).isEqualTo("indexes/invalid");
            assertThat(found.status()).isEqualTo(status);
            assertThat(found.severity()).isEqualTo(severity);
            assertThat(found.sql()).startsWith(sql).contains("concurrently \"public\".\"" + name + "\"");
        }

        @ParameterizedTest
        @CsvSource({"1048575, 0", "1048576, 1"})
        void reportsDuplicateFromSize(long bytes, int findings) {
            Index index = new Index("public", "orders", "a", false, bytes, "b", null, null);

            assertThat(Evaluating.evaluate(CHECK, new Listing(2, bytes, NONE, group(index), NONE, null), SHOP))
                    .hasSize(findings)
                    .allMatch(found -> found.status() == Status.HEALTHY);
        }

        @ParameterizedTest
        @CsvSource({
            "10485760, , 86400, 2592000, 1",
            "10485759, , 86400, 2592000, 0",
            "10485760, , 86399, 2592000, 0",
            "10485760, , 86400, 2591999, 0",
            "10485760, 2592000, 0, 10, 1",
            "10485760, 2591999, 86400, 2592000, 0",
        })
        void reportsUnusedIndexByStatisticsAndTimeKnown(
                long bytes, @Nullable Double idle, double known, double statistics, int findings) {
            Index index = new Index("public", "orders", "a", false, bytes, null, idle, known);

            assertThat(Evaluating.evaluate(CHECK, new Listing(2, bytes, NONE, NONE, group(index), statistics), SHOP))
                    .hasSize(findings)
                    .allMatch(found -> found.status() == Status.HEALTHY);
        }

        private static Group group(Index index) {
            return new Group(List.of(index), 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsUniqueIndexThatFailedToBuildButNotOneThatIsBuilt(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(database, "create table orders (id int)", "insert into orders values (1), (1)");
        try (Collecting asking = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            var old = clients.inTransaction("old", "insert into orders values (2)");
            clients.idle("builder").begin("create unique index concurrently orders_id on orders (id)");
            await().atMost(PATIENCE)
                    .until(() ->
                            "1".equals(server.valueIn(database, "select count(*) from pg_index where not indisvalid")));
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP)).isEmpty();

            server.sqlIn(
                    database, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'old'");
            Finding found = await().atMost(PATIENCE)
                    .until(
                            () -> Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP),
                            findings -> !findings.isEmpty())
                    .getFirst();
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, asking.collect(CHECK)), "pgvigil_indexes_invalid"))
                    .isEqualTo(1);

            server.sqlIn(database, "truncate orders", String.valueOf(found.sql()));
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP)).isEmpty();
            assertThat(old).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsSuperfluousIndexesAlone(int major) {
        Target all = Evaluating.target("shop", Map.of("indexes.duplicate-size", 0.0));
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table orders (id int primary key, shop int, day date, note text, total numeric)",
                // needed
                "create index by_shop_day on orders (shop, day)",
                "create index by_day on orders (day)",
                "create index by_shop_desc on orders (shop desc)",
                "create index by_note on orders (note text_pattern_ops)",
                "create index by_note_collated on orders (note collate \"C\", shop)",
                "create index by_shop_large on orders (shop) where total > 100",
                "create index by_upper on orders (upper(note))",
                "create index by_lower on orders (lower(note), shop)",
                "create index hash_shop on orders using hash (shop)",
                "create unique index unique_shop on orders (shop, day, note)",
                // superfluous
                "create index dup_id on orders (id)",
                "create index dup_day on orders (day)",
                "create index prefix_shop on orders (shop)",
                "create index dup_upper on orders ( upper( note ) )",
                "create index dup_large on orders (shop) where  total > 100",
                "create unique index dup_unique_id on orders (id)");
        try (Collecting asking = Collecting.of(server, database)) {
            Listing now = asking.collect(CHECK);
            assertThat(now.covered().indexes())
                    .extracting(Index::indexrelname)
                    .containsExactlyInAnyOrder(
                            "by_shop_day",
                            "dup_id",
                            "dup_day",
                            "prefix_shop",
                            "dup_upper",
                            "dup_large",
                            "dup_unique_id");
            Finding found = Evaluating.one(CHECK, now, all);
            for (Index index : now.covered().indexes()) {
                server.sqlIn(database, "drop index concurrently " + index.quoted());
            }
            assertThat(found.sql()).startsWith("drop index concurrently \"public\".\"");
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), all)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsUnusedIndexUntilItIsUsed(int major) {
        Target all = Evaluating.target("shop", Map.of("indexes.unused-size", 0.0, "indexes.unused-age", 0.5));
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table customers (id int primary key)",
                "create table orders as select g id, g customer, g * 7 total from generate_series(1, 100000) g",
                "insert into customers select customer from orders",
                "alter table orders add foreign key (customer) references customers",
                "create index by_customer on orders (customer)",
                "create unique index by_id on orders (id)",
                "create index by_total on orders (total)",
                "analyze");
        try (Collecting asking = Collecting.of(server, database)) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                Listing now = asking.collect(CHECK);
                assertThat(now.unused().indexes())
                        .extracting(Index::indexrelname)
                        .containsExactly("by_total");
                assertThat(Evaluating.one(CHECK, now, all).key()).isEqualTo("indexes/unused");
            });
            server.sqlIn(database, "set enable_seqscan = off; select count(*) from orders where total = 7");
            await().atMost(PATIENCE)
                    .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), all)
                            .isEmpty());
        }
    }
}
