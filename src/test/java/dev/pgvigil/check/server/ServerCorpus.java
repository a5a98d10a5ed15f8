package dev.pgvigil.check.server;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import java.util.List;
import java.util.Map;

/** The server itself: killed, frozen, restarted, promoted; what the role of the monitor may not see. */
final class ServerCorpus implements Corpus {

    private static final String EVENTS_OF_SECONDS = "thresholds: { lifecycle: { recent: 4s } }";

    @Override
    public List<Fault> faults() {
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
}
