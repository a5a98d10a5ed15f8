package dev.pgvigil.check.replication;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** Standbys that are away, paused or slow, and commits that wait for them. */
final class ReplicationCorpus implements Corpus {

    private static final String HASTY = "thresholds: { replication: { lag: 1s } }";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("standby-link-cut", "replication/disconnected", Status.DEGRADED)
                        .onStandby()
                        .build(scene -> sender(scene, 1))
                        .repair(scene -> sender(scene, scene.server().port())),
                Fault.of("synchronous-standby-missing", "replication/synchronous-missing", Status.UNHEALTHY)
                        .build(scene -> {
                            scene.server().sql("alter system set synchronous_standby_names = 's1'");
                            scene.server().reload();
                            scene.background("create table orders (id int)");
                        })
                        .repair(scene -> {
                            scene.server().sql("alter system reset synchronous_standby_names");
                            scene.server().reload();
                        }),
                Fault.of("standby-replay-paused", "replication/replay-paused", Status.DEGRADED)
                        .onStandby()
                        .build(scene -> scene.standby().pauseReplay())
                        .repair(scene -> scene.standby().resumeReplay()),
                Fault.of("replay-waits-for-report", "replication/lag", Status.DEGRADED)
                        .onStandby()
                        .settings(Map.of("max_standby_streaming_delay", "-1"))
                        .config(HASTY)
                        .build(ReplicationCorpus::report)
                        .repair(scene -> scene.standby()
                                .sql("select pg_terminate_backend(pid) from pg_stat_activity"
                                        + " where application_name = 'report'")),
                promoted(),
                behind(),
                subscriber(),
                Fault.of("slot-keeps-wal", "slots/retained", Status.DEGRADED)
                        .settings(Map.of("max_wal_size", "32MB", "min_wal_size", "32MB"))
                        .config("thresholds: { slots: { retained: 20MB } }")
                        .build(scene -> {
                            slot(scene);
                            write(scene);
                        })
                        .repair(ReplicationCorpus::drop),
                Fault.of("slot-near-its-limit", "slots/near-limit", Status.DEGRADED)
                        .settings(Map.of("max_slot_wal_keep_size", "48MB"))
                        .build(scene -> {
                            slot(scene);
                            write(scene);
                            write(scene);
                        })
                        .repair(ReplicationCorpus::drop),
                Fault.of("slot-lost", "slots/lost", Status.DEGRADED)
                        .settings(Map.of(
                                "max_wal_size", "32MB", "min_wal_size", "32MB", "max_slot_wal_keep_size", "32MB"))
                        .build(scene -> {
                            slot(scene);
                            for (int i = 0; i < 4; i++) {
                                write(scene);
                                scene.sql("checkpoint");
                            }
                        })
                        .repair(ReplicationCorpus::drop),
                Fault.of("slot-unused", "slots/unused", Status.HEALTHY)
                        .since(17)
                        .config("thresholds: { slots: { unused: 2s } }")
                        .build(ReplicationCorpus::slot)
                        .repair(ReplicationCorpus::drop),
                Fault.of("decoding-spills", "slots/spilled", Status.HEALTHY)
                        .settings(Map.of("wal_level", "logical", "logical_decoding_work_mem", "64kB"))
                        .config("thresholds: { slots: { spilled: 100kB } }")
                        .build(ReplicationCorpus::spill)
                        .repair(ReplicationCorpus::drop),
                archive("archive-fails", "archiver/failing", Status.DEGRADED, "/bin/false"),
                archive("archive-without-command", "archiver/unconfigured", Status.DEGRADED, ""),
                archive("archive-is-slow", "archiver/backlog", Status.DEGRADED, "sleep 20"),
                Fault.of("changes-not-archived", "archiver/late", Status.HEALTHY)
                        .settings(Map.of("archive_mode", "on", "archive_command", "/bin/true"))
                        .config("thresholds: { archiver: { late: 1s } }")
                        .build(ReplicationCorpus::change)
                        .repair(scene -> scene.sql("select pg_switch_wal()")),
                subscription("subscription-disabled", "subscriptions/disabled").build(scene -> {
                    follow(scene);
                    scene.sql("alter subscription copy disable");
                }),
                subscription("subscription-fails", "subscriptions/errors")
                        .since(15)
                        .build(scene -> {
                            follow(scene);
                            scene.sql("insert into orders values (7)");
                            scene.server().sqlIn("source", "insert into orders values (7)");
                        }),
                subscription("publisher-not-reachable", "subscriptions/stopped").build(scene -> {
                    follow(scene);
                    scene.sql("alter subscription copy connection 'host=127.0.0.1 port=1 dbname=source'");
                }),
                subscription("subscription-waits-for-a-lock", "subscriptions/stalled")
                        .config("thresholds: { subscriptions: { stalled: 40s } }")
                        .build(scene -> {
                            follow(scene);
                            scene.background("begin", "lock table orders", "select pg_sleep(300)");
                            scene.server().sqlIn("source", "insert into orders values (7)");
                        })
                        .repair(scene -> {
                            // Slots for the copies of tables are created, and dropped, when the lock's transaction has
                            // ended.
                            scene.quiet();
                            unsubscribe(scene);
                        }),
                subscription("tables-never-copied", "subscriptions/copying")
                        .settings(Map.of("wal_level", "logical", "max_sync_workers_per_subscription", "0"))
                        .config("thresholds: { subscriptions: { copying: 2s } }")
                        .build(ReplicationCorpus::follow));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("logical-replication", ReplicationCorpus::replicate)
                .settings(Map.of("wal_level", "logical")));
    }

    private static Fault archive(String name, String key, Status status, String command) {
        return Fault.of(name, key, status)
                .settings(Map.of("archive_mode", "on", "archive_command", "/bin/true"))
                .config("thresholds: { archiver: { backlog: 2s } }")
                .patience(Duration.ofMinutes(2))
                .build(scene -> {
                    archive(scene, command);
                    for (int i = 0; i < 3; i++) {
                        scene.sql("select pg_logical_emit_message(false, 'x', 'x')", "select pg_switch_wal()");
                    }
                })
                .repair(scene -> {
                    archive(scene, "/bin/true");
                    // After three failures the archiver waits for a minute, unless there is a new file.
                    scene.sql("select pg_logical_emit_message(false, 'x', 'x')", "select pg_switch_wal()");
                });
    }

    /** Changes that do not fill a WAL file. */
    private static void change(Scene scene) throws InterruptedException {
        scene.sql("create table orders (id int)", "select pg_switch_wal()");
        Thread.sleep(3000); // pgvigil counts what is written since it saw the last file archived
        scene.sql("insert into orders select generate_series(1, 100000)");
    }

    private static void archive(Scene scene, String command) {
        scene.server().sql("alter system set archive_command = '" + command + "'");
        scene.server().reload();
    }

    private static Fault subscription(String name, String key) {
        return Fault.of(name, key, Status.DEGRADED)
                .settings(Map.of("wal_level", "logical"))
                .patience(Duration.ofMinutes(2))
                .repair(ReplicationCorpus::unsubscribe);
    }

    private static void unsubscribe(Scene scene) {
        scene.sql(
                "alter subscription copy disable",
                "alter subscription copy set (slot_name = none)",
                "drop subscription copy");
    }

    /** A subscription of the target to another database of the same server. */
    private static void follow(Scene scene) {
        scene.server().createDatabase("source");
        scene.server()
                .sqlIn(
                        "source",
                        "create table orders (id int primary key)",
                        "create publication shop for table orders",
                        "select pg_create_logical_replication_slot('copy', 'pgoutput')");
        scene.sql(
                "create table orders (id int primary key)",
                "create subscription copy connection 'host=127.0.0.1 port="
                        + scene.server().port()
                        + " user=postgres dbname=source' publication shop with (create_slot = false)");
    }

    private static void slot(Scene scene) {
        scene.sql("select pg_create_physical_replication_slot('gone', true)");
    }

    private static void drop(Scene scene) {
        scene.sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
    }

    /** About 32 MiB of WAL. */
    private static void write(Scene scene) {
        scene.sql(
                "create table if not exists filler (t text)",
                "insert into filler select repeat('x', 1000) from generate_series(1, 30000)");
    }

    private static void spill(Scene scene) throws InterruptedException {
        scene.sql(
                "create table orders (id int)",
                "select pg_create_logical_replication_slot('changes', 'test_decoding')");
        Thread.sleep(3000); // the counters are compared with those of the slot before
        for (int i = 0; i < 3; i++) {
            scene.sql(
                    "insert into orders select generate_series(1, 20000)",
                    "select count(*) from pg_logical_slot_get_changes('changes', null, null)");
        }
    }

    private static void sender(Scene scene, int port) {
        PgServer standby = scene.standby();
        standby.sql("alter system set primary_conninfo = 'host=127.0.0.1 port=" + port + " user=postgres'");
        standby.reload();
    }

    private static void report(Scene scene) throws Exception {
        scene.sql("create table orders (id int)");
        PgServer standby = scene.standby();
        String created = "select count(*) from pg_class where relname = 'orders'";
        while (!"1".equals(standby.valueIn(Scene.DATABASE, created))) {
            Thread.sleep(50);
        }
        hold(standby, Scene.DATABASE, "report", "select count(*) from orders");
        scene.sql("drop table orders");
    }

    /** Runs a statement in a transaction that stays open until its session is terminated. */
    private static void hold(PgServer server, String database, String application, String sql) throws Exception {
        Connection connection = server.jdbc(database, "postgres", null, application);
        connection.setAutoCommit(false);
        execute(connection, sql);
        Thread.ofVirtual().start(() -> {
            try (connection) {
                execute(connection, "select pg_sleep(50)");
            } catch (Exception e) {
                // Terminated by the repair.
            }
        });
    }

    /** After a failover the new primary has no standby until one follows it. */
    private static Fault promoted() {
        return Fault.of("no-standby-after-failover", "replication/standbys-few", Status.DEGRADED)
                .onStandby()
                .config("thresholds: { replication: { standbys: 1 } }")
                .build(scene -> scene.standby().promote())
                .repair(scene -> scene.standby().standby());
    }

    private static Fault behind() {
        AtomicReference<PgServer> standby = new AtomicReference<>();
        return Fault.of("standby-behind-its-primary", "replication/standby-lag", Status.DEGRADED)
                .config(HASTY)
                .build(scene -> {
                    standby.set(scene.server().standby());
                    Objects.requireNonNull(standby.get()).pauseReplay();
                    scene.sql("create table orders as select generate_series(1, 1000) id");
                })
                .repair(scene -> Objects.requireNonNull(standby.get()).close());
    }

    private static Fault subscriber() {
        return Fault.of("subscriber-waits-for-a-lock", "replication/subscriber-lag", Status.DEGRADED)
                .settings(Map.of("wal_level", "logical"))
                .config(HASTY)
                .build(scene -> {
                    subscribe(scene);
                    hold(scene.server(), "copy", "holder", "lock table orders");
                    scene.sql("insert into orders values (1)");
                })
                .repair(scene -> scene.server()
                        .sql("select pg_terminate_backend(pid) from pg_stat_activity"
                                + " where application_name = 'holder'"));
    }

    private static void replicate(Scene scene) throws Exception {
        subscribe(scene);
        scene.repeat(2, connection -> execute(connection, "insert into orders select generate_series(1, 100)"));
    }

    /** A subscription of another database of the same server. */
    static void subscribe(Scene scene) throws InterruptedException {
        scene.sql("create table orders (id int)", "create publication shop for table orders");
        scene.sql("select pg_create_logical_replication_slot('copy', 'pgoutput')");
        scene.server().createDatabase("copy");
        scene.server()
                .sqlIn(
                        "copy",
                        "create table orders (id int)",
                        "create subscription copy connection 'host=127.0.0.1 port="
                                + scene.server().port() + " user=postgres dbname=" + Scene.DATABASE
                                + "' publication shop with (create_slot = false)");
        while (!"r".equals(scene.server().valueIn("copy", "select srsubstate from pg_subscription_rel"))) {
            Thread.sleep(50);
        }
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
