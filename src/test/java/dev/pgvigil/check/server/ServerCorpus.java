package dev.pgvigil.check.server;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The server itself: killed, frozen, restarted, promoted; what the role of the monitor may not see. */
final class ServerCorpus implements Corpus {

    private static final String EVENTS_OF_SECONDS = "thresholds: { lifecycle: { recent: 4s } }";

    /** The shared session can be in another database. */
    private static final String DISCOVER = "discover:";

    private static final String REVOKE = "revoke connect on database app from public, pgvigil";
    private static final Map<String, String> MANY_LOCKS = Map.of("max_locks_per_transaction", "2000");
    private static final String EXTENSION = "create extension pg_stat_statements";

    @Override
    public List<Fault> faults() {
        return Stream.of(outages(), events(), capabilities(), cost())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Fault> outages() {
        return List.of(
                Fault.of("server-killed", "heartbeat/unreachable", Status.UNHEALTHY)
                        .build(scene -> scene.server().kill())
                        .repair(scene -> scene.server().restart()),
                Fault.of("server-stopped", "heartbeat/unreachable", Status.UNHEALTHY)
                        .build(scene -> scene.server().stop())
                        .repair(scene -> scene.server().restart()),
                Fault.of("server-frozen", "heartbeat/unreachable", Status.UNHEALTHY)
                        .build(scene -> scene.server().freeze())
                        .repair(scene -> scene.server().thaw()),
                Fault.of("password-rotated", "heartbeat/unreachable", Status.UNHEALTHY)
                        .build(scene -> {
                            scene.server().demandPassword();
                            scene.server()
                                    .sql(
                                            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'pgvigil'");
                        })
                        .repair(scene -> scene.server().hba("host all all 127.0.0.1/32 trust")),
                Fault.of("database-renamed", "heartbeat/unreachable", Status.UNHEALTHY)
                        .build(scene -> scene.server()
                                .sql(
                                        "alter database app allow_connections false",
                                        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'app'",
                                        "alter database app rename to app_old"))
                        .repair(scene -> scene.server()
                                .sql(
                                        "alter database app_old rename to app",
                                        "alter database app allow_connections true")),
                Fault.of("database-closed", "databases/closed", Status.UNHEALTHY)
                        .build(scene -> scene.server().sql("alter database app allow_connections false"))
                        .repair(scene -> scene.server().sql("alter database app allow_connections true")),
                Fault.of("primary-where-a-replica-is-expected", "heartbeat/role", Status.UNHEALTHY)
                        .config("role: replica")
                        .onStandby()
                        .build(scene -> scene.standby().promote())
                        .irreparable(),
                Fault.of("server-slow", "heartbeat/slow", Status.DEGRADED)
                        .config("thresholds: { heartbeat: { slow: 100ms } }")
                        .build(scene -> slow(scene, 600, 150)),
                Fault.of("database-dropped", "databases/missing", Status.UNHEALTHY)
                        .config(DISCOVER)
                        .build(scene -> scene.server().sql("drop database app with (force)"))
                        .repair(scene -> scene.server().createDatabase("app")),
                Fault.of("database-not-discoverable", "databases/inaccessible", Status.HEALTHY)
                        .config(DISCOVER)
                        .build(scene ->
                                scene.server().sql("create database crm", "revoke connect on database crm from public"))
                        .repair(scene -> scene.server().sql("grant connect on database crm to pgvigil")));
    }

    private static List<Fault> events() {
        return List.of(
                Fault.of("replica-promoted", "lifecycle/promoted", Status.HEALTHY)
                        .config(EVENTS_OF_SECONDS)
                        .onStandby()
                        .build(scene -> scene.standby().promote()),
                Fault.of("server-restarted", "lifecycle/restarted", Status.HEALTHY)
                        .config(EVENTS_OF_SECONDS)
                        .build(scene -> scene.server().restart()),
                Fault.of("statistics-reset", "lifecycle/statistics-reset", Status.HEALTHY)
                        .config(EVENTS_OF_SECONDS)
                        .settings(Map.of("track_counts", "on"))
                        .build(scene -> {
                            scene.sql("select pg_stat_reset()");
                            Thread.sleep(2500); // so that the first reset has been seen
                            scene.sql("select pg_stat_reset()");
                        }));
    }

    private static List<Fault> capabilities() {
        return List.of(
                granted(
                        "pg-monitor-revoked",
                        "pg-monitor",
                        Status.DEGRADED,
                        "revoke pg_monitor from pgvigil",
                        "grant pg_monitor to pgvigil"),
                granted(
                        "monitor-is-superuser",
                        "superuser",
                        Status.HEALTHY,
                        "alter role pgvigil superuser",
                        "alter role pgvigil nosuperuser"),
                granted(
                                "reserved-connections-revoked",
                                "reserved-connections",
                                Status.HEALTHY,
                                "revoke pg_use_reserved_connections from pgvigil",
                                "grant pg_use_reserved_connections to pgvigil")
                        .since(16),
                Fault.of("database-revoked", "capabilities/connect", Status.DEGRADED)
                        .build(scene -> scene.sql(REVOKE))
                        .repair(scene -> scene.sql("grant connect on database app to pgvigil")),
                granted(
                                "database-refused",
                                "permission",
                                Status.UNKNOWN,
                                REVOKE,
                                "grant connect on database app to pgvigil")
                        .config(DISCOVER),
                Fault.of("catalog-revoked", "capabilities/catalogs", Status.DEGRADED)
                        .build(scene -> {
                            scene.sql("revoke select on pg_extension from public");
                            login(scene);
                        })
                        .repair(scene -> {
                            scene.sql("grant select on pg_extension to public");
                            login(scene);
                        }),
                Fault.of("login-trigger-fails", "capabilities/login-trigger", Status.UNKNOWN)
                        .since(17)
                        .config(DISCOVER)
                        .build(scene -> {
                            scene.sql("""
                                    create function refuse() returns event_trigger language plpgsql as $$ begin
                                      if session_user = 'pgvigil' then raise exception 'not today'; end if;
                                    end $$""", "create event trigger refuse on login execute function refuse()");
                            login(scene);
                        })
                        .repair(scene -> scene.sql("drop event trigger refuse")),
                setting(
                        "statements-not-loaded",
                        "statements-library",
                        Status.HEALTHY,
                        "shared_preload_libraries",
                        "auto_explain"),
                Fault.of("statements-extension-dropped", "capabilities/statements-extension", Status.HEALTHY)
                        .prepare(scene -> scene.sql(EXTENSION))
                        .build(scene -> scene.sql("drop extension pg_stat_statements"))
                        .repair(scene -> scene.sql(EXTENSION)),
                Fault.of("statements-extension-not-upgraded", "capabilities/statements-version", Status.HEALTHY)
                        .build(scene -> scene.sql(EXTENSION + " version '1.8'"))
                        .repair(scene -> scene.sql("alter extension pg_stat_statements update")),
                setting("activities-off", "track-activities", Status.DEGRADED, "track_activities", "off"),
                setting("io-timing-off", "track-io-timing", Status.HEALTHY, "track_io_timing", "off")
                        .settings(Map.of("track_io_timing", "on")),
                setting("query-texts-short", "query-size", Status.HEALTHY, "track_activity_query_size", "512"));
    }

    private static Fault granted(String name, String key, Status status, String revoke, String grant) {
        return Fault.of(name, "capabilities/" + key, status)
                .build(scene -> {
                    scene.server().sql(revoke);
                    login(scene);
                })
                .repair(scene -> {
                    scene.server().sql(grant);
                    login(scene);
                });
    }

    /** pgvigil logs in again: some facts are those of the time of its login. */
    private static void login(Scene scene) {
        scene.server().sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'pgvigil'");
    }

    private static Fault setting(String name, String key, Status status, String setting, String value) {
        return Fault.of(name, "capabilities/" + key, status)
                .build(scene -> {
                    scene.server().sql("alter system set " + setting + " = " + value);
                    scene.server().restart();
                })
                .repair(scene -> {
                    scene.server().sql("alter system reset " + setting);
                    scene.server().restart();
                });
    }

    /** The cost of pgvigil's own statements, which many locks raise; and a check that gets no answer. */
    private static List<Fault> cost() {
        return List.of(
                Fault.of("overhead-over-budget", "overhead/budget", Status.HEALTHY)
                        .settings(MANY_LOCKS)
                        .config("thresholds: { overhead: { budget: 20% } }")
                        .patience(Duration.ofMinutes(3))
                        .build(ServerCorpus::manyLocks),
                Fault.of("intervals-stretched", "overhead/stretch", Status.HEALTHY)
                        .settings(MANY_LOCKS)
                        .config("thresholds: { overhead: { budget: 20%, stretch: 100 } }")
                        .patience(Duration.ofMinutes(3))
                        .build(ServerCorpus::manyLocks),
                Fault.of("catalog-locked", "missing-indexes/unanswered", Status.DEGRADED)
                        .build(scene -> {
                            Connection holder = scene.connect("holder");
                            holder.setAutoCommit(false);
                            try (var statement = holder.createStatement()) {
                                statement.execute("lock table pg_constraint in access exclusive mode");
                            }
                        }));
    }

    /** Each reading of pg_locks takes long. */
    private static void manyLocks(Scene scene) throws Exception {
        try (var statement = scene.connect("batch").createStatement()) {
            statement.execute("select count(pg_advisory_lock(g)) from generate_series(1, 100000) g");
        }
    }

    /** All processes of the server stop again and again, as on a host that is overloaded. */
    private static void slow(Scene scene, int stopped, int running) throws Exception {
        scene.repeat(1, connection -> {
            try {
                scene.server().freeze();
                Thread.sleep(stopped);
            } finally {
                Thread.interrupted(); // the end of the scene
                scene.server().thaw();
            }
            Thread.sleep(running);
        });
    }
}
