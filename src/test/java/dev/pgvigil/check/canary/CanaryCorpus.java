package dev.pgvigil.check.canary;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;

/** Writes that fail, hang or are discarded, and queries that miss their objective. */
final class CanaryCorpus implements Corpus {

    private static final String CANARIES = """
            thresholds: { canary: { write: 1s } }
            checks:
              canary:
                table: public.canary
                queries: { orders: { query: "select count(*) from orders", objective: 400ms, timeout: 1s } }""";

    @Override
    public List<Fault> faults() {
        return List.of(
                fault("database-read-only", "canary/write-failed", Status.UNHEALTHY)
                        .build(scene -> scene.sql("alter database app set default_transaction_read_only = on"))
                        .repair(scene -> scene.sql(
                                "set default_transaction_read_only = off",
                                "alter database app reset default_transaction_read_only")),
                fault("canary-without-table", "canary/not-set-up", Status.DEGRADED)
                        .build(scene -> scene.sql("alter table canary rename to elsewhere"))
                        .repair(scene -> scene.sql("alter table elsewhere rename to canary")),
                fault("canary-locked", "canary/locked", Status.DEGRADED)
                        .build(scene -> {
                            Connection holder = scene.connect("ddl");
                            holder.setAutoCommit(false);
                            execute(holder, "lock table canary in access exclusive mode");
                        })
                        .repair(Scene::quiet),
                fault("writes-slow", "canary/write-slow", Status.DEGRADED)
                        .build(scene -> trigger(scene, "perform pg_sleep(1.2); return new;"))
                        .repair(scene -> scene.sql("drop trigger odd on canary")),
                fault("writes-discarded", "canary/stale", Status.DEGRADED)
                        .build(scene -> trigger(scene, "return null;"))
                        .repair(scene -> scene.sql("drop trigger odd on canary")),
                fault("canary-query-slow", "canary/query-slow/orders", Status.DEGRADED)
                        .build(scene -> scene.sql(
                                "alter table orders rename to orders_data",
                                "create view orders as select o.* from orders_data o, pg_sleep(0.5)",
                                "grant select on orders to pgvigil"))
                        .repair(scene -> scene.sql("drop view orders", "alter table orders_data rename to orders")),
                fault("canary-query-fails", "canary/query-failed/orders", Status.DEGRADED)
                        .build(scene -> scene.sql("alter table orders rename to invoices"))
                        .repair(scene -> scene.sql("alter table invoices rename to orders")));
    }

    private static Fault fault(String name, String key, Status status) {
        return Fault.of(name, key, status)
                .config(CANARIES)
                .prepare(scene -> scene.sql(
                        "create table canary (target text primary key, written_at timestamptz not null)",
                        "create table orders (id int primary key)",
                        "grant select, insert, update on canary to pgvigil",
                        "grant select on orders to pgvigil"));
    }

    private static void trigger(Scene scene, String body) {
        scene.sql(
                "create function odd() returns trigger language plpgsql as $$ begin " + body + " end $$",
                "create trigger odd before insert or update on canary for each row execute function odd()");
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
