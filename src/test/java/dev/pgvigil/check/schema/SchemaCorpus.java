package dev.pgvigil.check.schema;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Indexes that failed to build, are superfluous, unused or missing; a build that is in progress. */
final class SchemaCorpus implements Corpus {

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("unique-index-not-built", "indexes/invalid", Status.DEGRADED)
                        .build(SchemaCorpus::failedBuild)
                        .repair(scene -> scene.sql("drop index orders_id")),
                Fault.of("duplicate-index", "indexes/duplicate", Status.HEALTHY)
                        .build(scene -> {
                            orders(scene);
                            scene.sql(
                                    "create index by_total on orders (total)", "create index again on orders (total)");
                        })
                        .repair(scene -> scene.sql("drop index again")),
                Fault.of("unused-index", "indexes/unused", Status.HEALTHY)
                        .config("thresholds: { indexes: { unused-size: 1MB, unused-age: 1s } }")
                        .build(scene -> {
                            orders(scene);
                            scene.sql("create index by_total on orders (total)");
                        })
                        .repair(scene -> scene.sql("drop index by_total")),
                Fault.of("foreign-key-without-index", "missing-indexes/foreign-key", Status.HEALTHY)
                        .config("thresholds: { missing-indexes: { foreign-key-size: 1MB } }")
                        .build(scene -> {
                            orders(scene);
                            scene.sql(
                                    "create table customers as select generate_series(0, 100) id",
                                    "alter table customers add primary key (id)",
                                    "alter table orders add foreign key (customer) references customers",
                                    "delete from customers where id = 100");
                        })
                        .repair(scene -> scene.sql("create index on orders (customer)")),
                Fault.of("large-table-scanned", "missing-indexes/sequential-scans", Status.HEALTHY)
                        .config("thresholds: { missing-indexes: { scan-size: 1MB } }")
                        .build(scene -> {
                            orders(scene);
                            scene.repeat(2, connection -> execute(connection, "select * from orders where total = 7"));
                        }));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("concurrent-index-build", scene -> {
            orders(scene);
            scene.repeat(1, writer -> {
                writer.setAutoCommit(false);
                execute(writer, "insert into orders values (0, 0, 0)");
                Thread.sleep(2000); // the build waits for it
                writer.commit();
            });
            scene.repeat(1, builder -> {
                execute(builder, "create index concurrently by_total on orders (total)");
                execute(builder, "drop index concurrently by_total");
            });
        }));
    }

    private static void orders(Scene scene) {
        scene.sql(
                "create table orders as select g id, g % 100 customer, g * 7 total from generate_series(1, 100000) g",
                "analyze orders");
    }

    private static void failedBuild(Scene scene) throws Exception {
        scene.sql("create table orders as select 1 id from generate_series(1, 2)");
        try {
            execute(scene.connect(), "create unique index concurrently orders_id on orders (id)");
        } catch (SQLException e) {
            return;
        }
        throw new IllegalStateException("the index was built in spite of duplicates");
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
