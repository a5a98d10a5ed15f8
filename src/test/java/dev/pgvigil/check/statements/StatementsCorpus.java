package dev.pgvigil.check.statements;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import dev.pgvigil.postgres.Grants;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** Statements that are not counted; a mixed workload of many statements, which is healthy. */
final class StatementsCorpus implements Corpus {

    private static final String EXTENSION = "create extension if not exists pg_stat_statements";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("statements-not-counted", "statements/untracked", Status.HEALTHY)
                        .build(scene -> {
                            scene.sql(EXTENSION, "alter system set pg_stat_statements.track = 'none'");
                            scene.server().restart();
                        })
                        .repair(scene -> {
                            scene.sql("alter system reset pg_stat_statements.track");
                            scene.server().reload();
                        }),
                Fault.of("statements-evicted", "statements/evictions", Status.HEALTHY)
                        .settings(Map.of("pg_stat_statements.max", "100"))
                        .config("thresholds: { statements: { evictions: 2 } }")
                        .build(scene -> {
                            scene.sql(EXTENSION);
                            scene.server().restart();
                            scene.repeat(1, StatementsCorpus::distinct);
                        })
                        .repair(scene -> {
                            scene.quiet();
                            scene.sql("alter system set pg_stat_statements.max = 5000");
                            scene.server().restart();
                        }),
                Fault.of("query-without-its-index", "statements/regression", Status.DEGRADED)
                        .config("thresholds: { statements: { regression-intervals: 4 } }")
                        .patience(Duration.ofSeconds(150))
                        .build(StatementsCorpus::lostIndex)
                        .repair(scene -> scene.sql("create index guests_email on guests (email)")),
                Fault.of("sort-spills", "statements/spill", Status.HEALTHY)
                        .settings(Map.of("work_mem", "64kB"))
                        .patience(Duration.ofSeconds(120))
                        .build(scene -> {
                            scene.sql(EXTENSION);
                            scene.server().restart();
                            scene.repeat(1, connection -> execute(connection, """
                                    select count(*) from
                                      (select g from generate_series(1, 300000) g order by g % 7, g offset 1) x"""));
                        }),
                Fault.of("all-rows-returned", "statements/many-rows", Status.HEALTHY)
                        .patience(Duration.ofSeconds(120))
                        .build(scene -> {
                            scene.sql(EXTENSION);
                            scene.server().restart();
                            scene.repeat(1, connection -> execute(connection, "select generate_series(1, 20000)"));
                        }),
                Fault.of("one-query-for-each-row", "statements/n-plus-one", Status.HEALTHY)
                        .config("checks: { statements: { every: 5s } }")
                        .patience(Duration.ofSeconds(120))
                        .build(StatementsCorpus::queryForEachRow),
                Fault.of("planning-dominates", "statements/planning", Status.HEALTHY)
                        .settings(Map.of("pg_stat_statements.track_planning", "on"))
                        .patience(Duration.ofSeconds(120))
                        .build(scene -> {
                            scene.sql(EXTENSION, "create table parts (id int) partition by range (id)", """
                                    do $$ begin for i in 0..199 loop execute format(
                                      'create table parts_%s partition of parts for values from (%s) to (%s)', i, i, i + 1);
                                    end loop; end $$""");
                            scene.server().restart();
                            scene.repeat(
                                    1,
                                    connection -> execute(
                                            connection,
                                            "select * from parts a join parts b using (id) where a.id < 0 or b.id = "
                                                    + ThreadLocalRandom.current()
                                                            .nextInt(1000)));
                        }),
                Fault.of("slow-class", "query-classes/slow/sleeps", Status.DEGRADED)
                        .config(
                                "checks: { statements: { classes: "
                                        + "[{ name: sleeps, patterns: ['select pg_sleep*'], mean-degraded: 20ms }] }, query-classes: { every: 6s } }")
                        .patience(Duration.ofSeconds(120))
                        .build(scene -> {
                            extension(scene);
                            scene.repeat(1, connection -> execute(connection, "select pg_sleep(0.05)"));
                        }),
                Fault.of("class-without-calls", "query-classes/few/sleeps", Status.DEGRADED)
                        .config(
                                "checks: { statements: { classes: "
                                        + "[{ name: sleeps, patterns: ['select pg_sleep*'], least-calls: 10 }] }, query-classes: { every: 6s } }")
                        .patience(Duration.ofSeconds(120))
                        .build(StatementsCorpus::extension)
                        .repair(scene -> scene.closing(new Calls(scene))),
                Fault.of("plan-flips", "plans/flip", Status.DEGRADED)
                        .config("checks: { plans: { enabled: true, every: 5s } }")
                        .patience(Duration.ofSeconds(120))
                        .build(StatementsCorpus::flippedPlan)
                        .repair(scene -> scene.sql("create index guests_email on guests (email)")),
                Fault.of("plans-not-granted", "plans/not-granted", Status.HEALTHY)
                        .config("checks: { plans: { enabled: true, every: 5s } }")
                        .build(StatementsCorpus::extension)
                        .repair(scene -> scene.sql(Grants.Level.L2.script())),
                Fault.of("plans-by-superuser", "plans/unsafe-function", Status.HEALTHY)
                        .config("checks: { plans: { enabled: true, every: 5s } }")
                        .build(scene -> {
                            extension(scene);
                            scene.sql(
                                    Grants.Level.L2.script(),
                                    "alter function pgvigil.generic_plans(bigint[]) owner to postgres");
                        })
                        .repair(scene ->
                                scene.sql("alter function pgvigil.generic_plans(bigint[]) owner to pgvigil_planner")),
                Fault.of("plans-of-writes", "plans/privileges", Status.HEALTHY)
                        .config("checks: { plans: { enabled: true, every: 5s } }")
                        .build(scene -> {
                            extension(scene);
                            scene.sql(
                                    Grants.Level.L2.script(),
                                    "revoke create on schema public from public",
                                    "create table guests (id int, email text)");
                            scene.repeat(1, connection -> {
                                execute(connection, "update guests set email = 'x' where id = 7");
                                Thread.sleep(20);
                            });
                        })
                        .repair(scene -> scene.sql("grant pg_write_all_data to pgvigil_planner")),
                Fault.of("plans-of-hidden-names", "plans/search-path", Status.HEALTHY)
                        .config("checks: { plans: { enabled: true, every: 5s } }")
                        .build(scene -> {
                            extension(scene);
                            scene.sql(
                                    Grants.Level.L2.script(),
                                    "grant create on schema public to public",
                                    "create table guests (id int, email text)");
                            scene.repeat(1, connection -> {
                                execute(connection, "select count(*) from guests");
                                execute(connection, "select max(id) from guests");
                                execute(connection, "select min(id) from guests");
                                Thread.sleep(20);
                            });
                        })
                        .repair(scene -> scene.sql("revoke create on schema public from public")),
                Fault.of("many-rollbacks", "errors/rollbacks", Status.DEGRADED)
                        .config("thresholds: { errors: { transactions: 20 } }")
                        .build(scene -> scene.repeat(2, StatementsCorpus::failing)));
    }

    /** An application that goes on when the work of the case has ended. */
    private static final class Calls implements AutoCloseable {

        private final Thread thread;

        Calls(Scene scene) {
            thread = Thread.ofVirtual().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    try (Connection connection = scene.connect("calls")) {
                        while (true) {
                            execute(connection, "select pg_sleep(0.05)");
                        }
                    } catch (SQLException e) {
                        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                    }
                }
            });
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    private static void queryForEachRow(Scene scene) throws Exception {
        extension(scene);
        scene.sql(
                "create table rooms (id int primary key, house int)",
                "insert into rooms select g, g / 20 from generate_series(1, 2000) g",
                "analyze rooms");
        scene.repeat(2, connection -> {
            execute(connection, "select id from rooms where house = 7");
            for (int i = 0; i < 20; i++) {
                execute(connection, "select house from rooms where id = " + (140 + i));
            }
            Thread.sleep(5);
        });
    }

    private static void extension(Scene scene) throws Exception {
        scene.sql(EXTENSION);
        scene.server().restart();
    }

    private static void flippedPlan(Scene scene) throws Exception {
        extension(scene);
        scene.sql(
                Grants.Level.L2.script(),
                "revoke create on schema public from public",
                "create table guests (id int, email text)",
                "insert into guests select g, 'guest' || g || '@example.com' from generate_series(1, 100000) g",
                "create index guests_email on guests (email)",
                "vacuum analyze guests");
        scene.repeat(1, connection -> {
            execute(connection, "select id from guests where email = 'guest77@example.com'");
            Thread.sleep(20);
        });
        Thread.sleep(20_000);
        scene.sql("drop index guests_email");
    }

    private static void lostIndex(Scene scene) throws Exception {
        scene.sql(EXTENSION);
        scene.server().restart();
        scene.sql(
                "create table guests (id int, email text)",
                "insert into guests select g, 'guest' || g || '@example.com' from generate_series(1, 100000) g",
                "create index guests_email on guests (email)",
                "vacuum analyze guests");
        scene.repeat(1, connection -> {
            execute(connection, "select id from guests where email = 'guest77@example.com'");
            Thread.sleep(20);
        });
        // The baseline; and a text is read again after a minute.
        Thread.sleep(75_000);
        scene.sql("drop index guests_email");
    }

    // PostgreSQL from 15 on counts the transactions of a session that touches no table only when it has other
    // statistics.
    private static void failing(Connection connection) throws Exception {
        connection.setAutoCommit(true);
        execute(connection, "select oid from pg_database");
        connection.setAutoCommit(false);
        execute(connection, "select oid from pg_database");
        connection.rollback();
        connection.setAutoCommit(true);
        Thread.sleep(2);
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("shop-of-many-statements", scene -> {
            scene.sql(EXTENSION, "create table items (id int primary key, price int, note text)");
            scene.sql(
                    "insert into items select g, g % 100, 'note ' || g from generate_series(1, 20000) g",
                    "analyze items");
            scene.repeat(3, StatementsCorpus::shop);
        }));
    }

    private static void distinct(Connection connection) throws SQLException {
        execute(
                connection,
                "select 1" + ", 1".repeat(ThreadLocalRandom.current().nextInt(1000)));
    }

    private static void shop(Connection connection) throws Exception {
        int id = ThreadLocalRandom.current().nextInt(20_000);
        execute(connection, "select * from items where id = " + id);
        execute(connection, "update items set price = price + 1 where id = " + id);
        execute(connection, "select price, count(*) from items where id < " + id % 500 + " group by price");
        Thread.sleep(5);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
