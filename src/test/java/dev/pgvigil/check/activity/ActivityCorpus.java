package dev.pgvigil.check.activity;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Lock queues, long transactions, deadlocks; advisory locks and queues that are healthy. */
final class ActivityCorpus implements Corpus {

    private static final String BLOCKING =
            "thresholds: { blocking: { degraded: 1s }, long-work: { idle-in-transaction: 2s } }";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("lock-queue-behind-idle-transaction", "blocking/waiting", Status.DEGRADED)
                        .config(BLOCKING)
                        .causedBy("long-work/idle-in-transaction")
                        .build(ActivityCorpus::lockQueue),
                Fault.of("ddl-queue", "blocking/waiting", Status.DEGRADED)
                        .config(BLOCKING)
                        .build(ActivityCorpus::ddlQueue),
                Fault.of("idle-in-transaction", "long-work/idle-in-transaction", Status.DEGRADED)
                        .config("thresholds: { long-work: { idle-in-transaction: 1s } }")
                        .build(scene -> {
                            Connection open = scene.connect();
                            open.setAutoCommit(false);
                            execute(open, "create table left_open (id int)");
                        }),
                Fault.of("long-query", "long-work/queries", Status.DEGRADED)
                        .config("thresholds: { long-work: { query: 1s } }")
                        .build(scene -> scene.background("select pg_sleep(600)")),
                Fault.of("prepared-transaction", "long-work/prepared", Status.DEGRADED)
                        .config("thresholds: { long-work: { prepared: 1s } }")
                        .build(scene -> {
                            Connection coordinator = scene.connect();
                            coordinator.setAutoCommit(false);
                            execute(coordinator, "create table booked (id int)");
                            execute(coordinator, "prepare transaction 'booking'");
                        })
                        .repair(scene -> scene.sql("rollback prepared 'booking'")),
                Fault.of("advisory-lock-never-released", "blocking/advisory", Status.HEALTHY)
                        .config("thresholds: { blocking: { degraded: 1s, advisory-waiters: 3 } }")
                        .build(scene -> {
                            execute(scene.connect("pooled"), "select pg_advisory_lock(1)");
                            for (int i = 0; i < 4; i++) {
                                scene.background("select pg_advisory_lock(1)");
                            }
                        }),
                Fault.of("waits-exempted", "blocking/exempted", Status.HEALTHY)
                        .config(BLOCKING + "\n" + exempt("blocking"))
                        .build(ActivityCorpus::lockQueue),
                Fault.of("report-exempted", "long-work/exempted", Status.HEALTHY)
                        .config("thresholds: { long-work: { query: 1s } }\n" + exempt("long-work"))
                        .build(scene -> scene.background("select pg_sleep(600)")),
                Fault.of("activity-not-tracked", "long-work/untracked", Status.HEALTHY)
                        .build(scene -> {
                            scene.server().sql("create role shop login", "alter role shop set track_activities = off");
                            execute(scene.connectAs("shop"), "select 1");
                        }),
                Fault.of("deadlocks", "conflicts/deadlocks", Status.DEGRADED)
                        .settings(Map.of("deadlock_timeout", "50ms"))
                        .config("thresholds: { conflicts: { deadlocks-degraded: 1 } }")
                        .build(ActivityCorpus::deadlocks),
                Fault.of("reports-cancelled-by-replay", "conflicts/recovery", Status.DEGRADED)
                        .onStandby()
                        .settings(Map.of("max_standby_streaming_delay", "0"))
                        .config("thresholds: { conflicts: { cancelled-degraded: 1 } }")
                        .build(ActivityCorpus::cancelledReports));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(
                Workload.of("leader-election", ActivityCorpus::leaderElection),
                Workload.of("queue-with-skip-locked", ActivityCorpus::queue),
                Workload.of("listen-notify", ActivityCorpus::listenNotify),
                Workload.of("idle-pool", scene -> {
                    for (int i = 0; i < 30; i++) {
                        execute(scene.connect("pool"), "select 1");
                    }
                }),
                Workload.of("short-transactions", ActivityCorpus::shortTransactions),
                Workload.of("index-build", scene -> {
                    scene.sql(
                            "create table big as select g as id, md5(g::text) as note from generate_series(1, 400000) g");
                    scene.repeat(1, connection -> {
                        execute(connection, "create index concurrently big_note on big (note)");
                        execute(connection, "drop index concurrently big_note");
                    });
                }),
                Workload.of("bulk-insert", scene -> {
                    scene.sql("create table loaded (id int, note text)");
                    scene.repeat(
                            2,
                            connection -> execute(
                                    connection,
                                    "insert into loaded select g, md5(g::text) from generate_series(1, 50000) g"));
                }),
                Workload.of("nightly-batch", scene -> {
                    scene.sql("create table totals as select g as id, 0 as total from generate_series(1, 50000) g");
                    scene.repeat(1, connection -> {
                        connection.setAutoCommit(false);
                        execute(connection, "update totals set total = total + 1");
                        connection.commit();
                    });
                }));
    }

    private static void lockQueue(Scene scene) throws Exception {
        scene.sql("create table orders (id int)");
        Connection holder = scene.connect();
        holder.setAutoCommit(false);
        execute(holder, "lock table orders in access exclusive mode");
        for (int i = 0; i < 3; i++) {
            scene.background("select count(*) from orders");
        }
    }

    /** A reader, an ALTER TABLE behind it, and readers behind that. */
    private static void ddlQueue(Scene scene) throws Exception {
        scene.sql("create table orders (id int)");
        Connection reader = scene.connect();
        reader.setAutoCommit(false);
        execute(reader, "select count(*) from orders");
        scene.background("alter table orders add column note text");
        Thread.sleep(200); // the DDL is in the queue first
        for (int i = 0; i < 3; i++) {
            scene.background("select count(*) from orders");
        }
    }

    private static String exempt(String check) {
        return "checks: { " + check + ": { exempt: [ { application: shop, reason: known } ] } }";
    }

    /** Two clients that lock the same two rows in a different order. */
    private static void deadlocks(Scene scene) throws Exception {
        scene.sql("create table accounts (id int, balance int)", "insert into accounts values (1, 0), (2, 0)");
        for (int first = 1; first <= 2; first++) {
            int one = first;
            scene.repeat(1, connection -> {
                connection.setAutoCommit(false);
                try {
                    execute(connection, "update accounts set balance = balance + 1 where id = " + one);
                    Thread.sleep(20);
                    execute(connection, "update accounts set balance = balance - 1 where id = " + (3 - one));
                    connection.commit();
                } catch (SQLException e) {
                    if (!"40P01".equals(e.getSQLState())) {
                        throw e;
                    }
                    connection.rollback();
                }
            });
        }
    }

    /** Readers on the standby of a table that the primary truncates. */
    private static void cancelledReports(Scene scene) throws Exception {
        scene.sql("create table orders (id int)");
        PgServer standby = scene.standby();
        String created = "select count(*) from pg_class where relname = 'orders'";
        while (!"1".equals(standby.valueIn(Scene.DATABASE, created))) {
            Thread.sleep(50);
        }
        scene.repeat(1, primary -> {
            try (Connection report = standby.jdbc(Scene.DATABASE, "postgres", null, "report")) {
                report.setAutoCommit(false);
                execute(report, "select count(*) from orders");
                execute(primary, "truncate orders");
                try {
                    execute(report, "select pg_sleep(2)");
                } catch (SQLException e) {
                    // Cancelled by replay.
                }
            }
        });
    }

    private static void leaderElection(Scene scene) throws Exception {
        execute(scene.connect("leader"), "select pg_advisory_lock(1)");
        scene.background("select pg_advisory_lock(1)");
        scene.background("select pg_advisory_lock(1)");
    }

    private static void queue(Scene scene) throws Exception {
        scene.sql("create table jobs (id bigserial primary key, done bool default false)");
        scene.sql("insert into jobs (done) select false from generate_series(1, 20000)");
        scene.repeat(
                4,
                connection -> execute(
                        connection,
                        "update jobs set done = true where id = "
                                + "(select id from jobs where not done order by id for update skip locked limit 1)"));
    }

    private static void listenNotify(Scene scene) throws Exception {
        for (int i = 0; i < 3; i++) {
            execute(scene.connect("listener"), "listen jobs");
        }
        scene.repeat(1, connection -> {
            execute(connection, "notify jobs, 'one'");
            Thread.sleep(5);
        });
    }

    /** As pgbench does: short transactions on few rows, with contention. */
    private static void shortTransactions(Scene scene) throws Exception {
        scene.sql(
                "create table accounts (id int primary key, balance int default 0)",
                "insert into accounts (id) select generate_series(1, 10000)",
                "create table branches (id int primary key, balance int default 0)",
                "insert into branches (id) values (1), (2)");
        scene.repeat(8, connection -> {
            connection.setAutoCommit(false);
            execute(connection, "update accounts set balance = balance + 1 where id = 1 + random() * 9999");
            execute(connection, "update branches set balance = balance + 1 where id = 1");
            connection.commit();
        });
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
