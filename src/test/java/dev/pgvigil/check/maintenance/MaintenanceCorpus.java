package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import java.sql.Connection;
import java.util.List;
import java.util.Map;

/** Faults of vacuum, transaction IDs and settings. */
final class MaintenanceCorpus implements Corpus {

    private static final String LOW_HORIZON = "thresholds: { xmin-horizon: { degraded: 2000 } }";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("xmin-held-by-report", "xmin-horizon/held", Status.DEGRADED)
                        .config(
                                "thresholds: { xmin-horizon: { degraded: 2000 }, long-work: { idle-in-transaction: 1s } }")
                        .causedBy("long-work/idle-in-transaction")
                        .build(scene -> {
                            Connection report = scene.connect("report");
                            report.setAutoCommit(false);
                            try (var statement = report.createStatement()) {
                                statement.execute("set transaction isolation level repeatable read");
                                statement.execute("select count(*) from pg_class");
                            }
                            consume(scene, 3000);
                        }),
                Fault.of("catalog-xmin-held-by-slot", "xmin-horizon/catalog", Status.DEGRADED)
                        .settings(Map.of("wal_level", "logical"))
                        .config(LOW_HORIZON)
                        .build(scene -> {
                            scene.sql("select pg_create_logical_replication_slot('left', 'pgoutput')");
                            consume(scene, 3000);
                        })
                        .repair(scene -> scene.sql("select pg_drop_replication_slot('left')")),
                Fault.of("dead-rows-with-autovacuum-off", "vacuum/dead-rows", Status.DEGRADED)
                        .config("thresholds: { vacuum: { overdue: 2s } }")
                        .build(MaintenanceCorpus::deadRows)
                        .repair(scene -> scene.sql("vacuum orders")),
                Fault.of("table-without-autovacuum", "vacuum/disabled", Status.HEALTHY)
                        .build(MaintenanceCorpus::deadRows)
                        .repair(scene -> scene.sql("alter table orders reset (autovacuum_enabled)")),
                Fault.of("table-not-frozen", "vacuum/freeze", Status.DEGRADED)
                        .settings(Map.of("autovacuum", "off"))
                        .config("thresholds: { vacuum: { freeze-percent: 4 } }")
                        .build(scene -> {
                            scene.sql("create table orders (id int) with (autovacuum_freeze_max_age = 100000)");
                            consume(scene, 5000);
                        })
                        .repair(scene -> scene.sql("vacuum (freeze) orders")),
                Fault.of("autovacuum-forgotten-off", "autovacuum/off", Status.HEALTHY)
                        .build(scene -> set(scene, "autovacuum = off"))
                        .repair(MaintenanceCorpus::reset),
                Fault.of("autovacuum-workers-busy", "autovacuum/busy", Status.HEALTHY)
                        .settings(Map.of(
                                "autovacuum_max_workers", "1",
                                "autovacuum_naptime", "1s",
                                "autovacuum_vacuum_cost_delay", "100ms",
                                "autovacuum_vacuum_cost_limit", "1"))
                        .config("thresholds: { autovacuum: { busy: 2s } }")
                        .build(scene -> scene.sql(
                                "create table orders as select generate_series(1, 200000) as id",
                                "delete from orders where id % 2 = 0"))
                        .repair(scene -> {
                            scene.sql("drop table orders");
                            set(scene, "autovacuum_vacuum_cost_limit = 10000");
                        }),
                Fault.of("settings-unsafe", "settings/unsafe", Status.HEALTHY)
                        .build(scene -> set(scene, "full_page_writes = off"))
                        .repair(MaintenanceCorpus::reset),
                Fault.of("settings-harmful", "settings/harmful", Status.HEALTHY)
                        .build(scene -> set(scene, "enable_seqscan = off"))
                        .repair(MaintenanceCorpus::reset),
                Fault.of("settings-pending-restart", "settings/pending-restart", Status.HEALTHY)
                        .build(scene -> set(scene, "max_wal_senders = 20"))
                        .repair(scene -> set(scene, "max_wal_senders = 10")),
                Fault.of("freeze-overdue", "wraparound/overdue", Status.DEGRADED)
                        .settings(Map.of("autovacuum_freeze_max_age", "100000", "autovacuum_naptime", "1s"))
                        .build(scene -> {
                            Connection holder = scene.connect("holder");
                            holder.setAutoCommit(false);
                            try (var statement = holder.createStatement()) {
                                statement.execute("create table held ()");
                            }
                            consume(scene, 160_000);
                        }),
                old(
                        "transactions-near-stop",
                        "wraparound/transactions",
                        Status.UNHEALTHY,
                        "datfrozenxid",
                        2_100_000_000),
                old("multixacts-near-stop", "wraparound/multixacts", Status.DEGRADED, "datminmxid", 1_700_000_000));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("autovacuum-at-work", scene -> {
                    scene.sql(
                            "create table orders (id int primary key, note text)",
                            "insert into orders select i, repeat('x', 100) from generate_series(1, 20000) i");
                    scene.repeat(1, connection -> {
                        try (var statement = connection.createStatement()) {
                            statement.execute("update orders set note = note || 'y' where id % 10 = "
                                    + (int) (Math.random() * 10));
                        }
                    });
                })
                .settings(Map.of("autovacuum_naptime", "1s")));
    }

    private static void set(Scene scene, String setting) {
        scene.sql("alter system set " + setting);
        scene.server().reload();
    }

    private static void reset(Scene scene) {
        scene.sql("alter system reset all");
        scene.server().reload();
    }

    private static void deadRows(Scene scene) {
        scene.sql(
                "create table orders with (autovacuum_enabled = off) as select generate_series(1, 50000) as id",
                "delete from orders where id <= 30000");
    }

    /** The catalog says that a database is old; nobody looks at it before the next vacuum of a whole database. */
    private static Fault old(String name, String finding, Status status, String column, long age) {
        String next = column.equals("datfrozenxid") ? "pg_snapshot_xmax(pg_current_snapshot())::text::int8" : "1";
        return Fault.of(name, finding, status)
                .settings(Map.of("autovacuum", "off"))
                .build(scene -> scene.sql(
                        "create database crm",
                        "update pg_database set %s = ((%s + 4294967296 - %d) %% 4294967296)::text::xid where datname = 'crm'"
                                .formatted(column, next, age)))
                .repair(scene -> scene.sql("drop database crm"));
    }

    /** Uses up transaction IDs: each block with an exception handler that writes takes one. */
    private static void consume(Scene scene, int transactions) {
        scene.sql("create table consumed (id int)", """
                do $$ begin
                  for i in 1..%d loop
                    begin insert into consumed values (1); exception when division_by_zero then null; end;
                  end loop;
                end $$""".formatted(transactions), "drop table consumed");
    }
}
