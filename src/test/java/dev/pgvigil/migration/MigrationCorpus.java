package dev.pgvigil.migration;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;

/** Failed, interrupted, stuck, endless and forgotten migrations; deployments that run and end well. */
final class MigrationCorpus implements Corpus {

    private static final String OFTEN = "checks: { migrations: { every: 1s } }";
    private static final String GRANT = "grant select on all tables in schema public to pgvigil";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("flyway-migration-failed", "migrations/failed", Status.DEGRADED)
                        .config(OFTEN)
                        .build(scene -> {
                            flyway(scene);
                            scene.sql("insert into flyway_schema_history values"
                                    + " (2, '2', 'index', 'SQL', 'V2__index.sql', 1, 'app', now(), 5, false)");
                        })
                        .repair(scene -> scene.sql("delete from flyway_schema_history where not success")),
                Fault.of("prisma-migration-interrupted", "migrations/failed", Status.DEGRADED)
                        .config(OFTEN)
                        .build(scene -> scene.sql(
                                "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null,"
                                        + " finished_at timestamptz, migration_name varchar(255) not null, logs text,"
                                        + " rolled_back_at timestamptz, started_at timestamptz not null default now(),"
                                        + " applied_steps_count int not null default 0)",
                                "insert into _prisma_migrations (id, checksum, migration_name) values ('1', 'c', '20260101_a')",
                                GRANT))
                        .repair(scene -> scene.sql("update _prisma_migrations set rolled_back_at = now()")),
                Fault.of("golang-migrate-dirty", "migrations/dirty", Status.DEGRADED)
                        .config(OFTEN)
                        .build(scene -> scene.sql(
                                "create table schema_migrations (version bigint primary key, dirty boolean not null)",
                                "insert into schema_migrations values (3, true)",
                                GRANT))
                        .repair(scene -> scene.sql("update schema_migrations set dirty = false")),
                Fault.of("liquibase-lock-stuck", "migrations/stuck", Status.DEGRADED)
                        .config(OFTEN)
                        .build(scene -> {
                            liquibase(scene);
                            scene.sql("insert into databasechangeloglock values (1, true, now(), 'pod-1 (10.0.0.7)')");
                        })
                        .repair(scene -> scene.sql("update databasechangeloglock set locked = false")),
                Fault.of("migration-waits-for-lock", "migrations/running", Status.DEGRADED)
                        .config(OFTEN + "\nthresholds: { migrations: { running-degraded: 2s } }")
                        .build(scene -> {
                            flyway(scene);
                            scene.sql("create table orders (id int)");
                            execute(scene.connect(), "begin", "select * from orders");
                            scene.background(
                                    "begin",
                                    "select pg_advisory_xact_lock(" + flywayKey() + ")",
                                    "alter table orders add column note text");
                        }),
                Fault.of("release-without-its-migrations", "migrations/pending", Status.DEGRADED)
                        .config("checks: { migrations: { every: 1s, expected: [V1__a.sql, V2__b.sql] } }\n"
                                + "thresholds: { migrations: { pending-degraded: 2s } }")
                        .build(MigrationCorpus::flyway)
                        .repair(scene -> scene.sql("insert into flyway_schema_history values"
                                + " (2, '2', 'b', 'SQL', 'V2__b.sql', 1, 'app', now(), 5, true)")),
                Fault.of("history-of-migrations-not-granted", "migrations/unreadable", Status.HEALTHY)
                        .config(OFTEN)
                        .build(scene -> scene.sql("create table alembic_version (version_num varchar(32) primary key)"))
                        .repair(scene -> scene.sql(GRANT)),
                Fault.of("expected-migrations-of-another-tool", "migrations/unassigned", Status.HEALTHY)
                        .config("checks: { migrations: { every: 1s, expected: [\"flyway:1\", \"django:shop.0001\"] } }")
                        .build(scene -> {
                            flyway(scene);
                            scene.sql("select 1");
                        })
                        .repair(scene -> scene.sql(
                                "create table django_migrations (id int, app text, name text, applied timestamptz)",
                                "insert into django_migrations values (1, 'shop', '0001', now())",
                                GRANT)));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("deployment-with-migrations", MigrationCorpus::deployment)
                .config(OFTEN));
    }

    /** Migrations that run one after the other, each under the tool's lock. */
    private static void deployment(Scene scene) throws Exception {
        flyway(scene);
        scene.sql("create table orders (id int)");
        scene.repeat(
                1,
                connection -> execute(
                        connection,
                        "begin",
                        "select pg_advisory_xact_lock(" + flywayKey() + ")",
                        "create table if not exists items (id int)",
                        "insert into flyway_schema_history select max(installed_rank) + 1, (max(installed_rank) + 1)::text, 'x', 'SQL',"
                                + " 'x', 1, 'app', now(), 5, true from flyway_schema_history",
                        "select pg_sleep(0.2)",
                        "drop table items",
                        "commit"));
    }

    private static long flywayKey() {
        return new Flyway()
                .advisoryKeys(HistoryTableSamples.named(Scene.DATABASE, "flyway_schema_history"))
                .iterator()
                .next();
    }

    private static void flyway(Scene scene) {
        scene.sql(
                "create table flyway_schema_history (installed_rank int primary key, version varchar(50),"
                        + " description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null,"
                        + " checksum int, installed_by varchar(100) not null, installed_on timestamp not null default now(),"
                        + " execution_time int not null, success boolean not null)",
                "insert into flyway_schema_history values (1, '1', 'a', 'SQL', 'V1__a.sql', 1, 'app', now(), 5, true)",
                GRANT);
    }

    private static void liquibase(Scene scene) {
        scene.sql(
                "create table databasechangelog (id varchar(255) not null, author varchar(255) not null,"
                        + " filename varchar(255) not null, dateexecuted timestamp not null, orderexecuted int not null,"
                        + " exectype varchar(10) not null, md5sum varchar(35), description varchar(255), comments varchar(255),"
                        + " tag varchar(255), liquibase varchar(20), contexts varchar(255), labels varchar(255),"
                        + " deployment_id varchar(10))",
                "create table databasechangeloglock (id int primary key, locked boolean not null, lockgranted timestamp,"
                        + " lockedby varchar(255))",
                "insert into databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype) values"
                        + " ('a', 'ann', 'a.xml', now(), 1, 'EXECUTED')",
                GRANT);
    }

    private static void execute(Connection connection, String... statements) throws Exception {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
