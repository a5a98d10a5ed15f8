package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.storage.TableSizes.Table;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableSizesTest {

    private static final TableSizes CHECK = new TableSizes();

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void listsLargestTablesWithoutWaitingForLocks(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table orders (id int primary key, note text)",
                "insert into orders select i, repeat('x', 500) from generate_series(1, 20000) i",
                "create table small as select 1 as id",
                "vacuum analyze");
        try (Collecting asking = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            Table orders = asking.collect(CHECK).tables().getFirst();
            assertThat(orders.name()).isEqualTo("orders");
            assertThat(orders.locked()).isFalse();
            assertThat(orders.bytes())
                    .isEqualTo(Long.parseLong(String.valueOf(server.valueIn(
                            database,
                            "select pg_relation_size('orders') + pg_relation_size('orders_pkey')"
                                    + " + pg_relation_size(reltoastrelid) from pg_class where relname = 'orders'"))));
            assertThat(orders.indexBytes()).isPositive();
            assertThat(orders.rows()).isEqualTo(20_000);

            clients.inTransaction("ddl", "lock table orders in access exclusive mode");
            Table locked = asking.collect(CHECK).tables().getFirst();
            assertThat(locked.name()).isEqualTo("orders");
            assertThat(locked.locked()).isTrue();
            assertThat(locked.bytes()).isEqualTo(orders.bytes());
            assertThat(RecordedMetrics.of(CHECK, asking.collect(CHECK)))
                    .hasSizeLessThanOrEqualTo(10)
                    .anySatisfy(figure -> assertThat(figure.labels()).containsEntry("relname", "orders"));
        }
    }
}
