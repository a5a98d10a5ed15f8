package dev.pgvigil.check.pooler;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.testing.PgBouncer;
import dev.pgvigil.testing.Tools;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A PgBouncer whose clients wait, and one that is down. Without PgBouncer there are no cases. */
final class PoolerCorpus implements Corpus {

    private static final String CONSOLE = """
            pooler: { url: "postgresql://stats@127.0.0.1:<pooler>/pgbouncer?sslmode=disable" }
            thresholds: { pooler: { wait: 1s, average-wait: 1h } }""";

    /** By scene: cases run on several servers at a time. */
    private final Map<Scene, PgBouncer> poolers = new ConcurrentHashMap<>();

    @Override
    public List<Fault> faults() {
        if (!Tools.installed(PgBouncer.PROGRAM)) {
            return List.of();
        }
        return List.of(
                fault("pooler-down", "pooler/unreachable", Status.UNHEALTHY)
                        .build(scene -> pooler(scene).stop())
                        .repair(scene -> pooler(scene).start()),
                fault("pool-exhausted", "pooler/waiting", Status.DEGRADED).build(this::exhaust),
                fault("clients-wait-often", "pooler/average-wait", Status.DEGRADED)
                        .config(CONSOLE.replace(
                                "wait: 1s, average-wait: 1h", "wait: 1h, wait-unhealthy: 1h, average-wait: 300ms"))
                        .build(this::crowd)
                        .repair(scene -> {
                            pooler(scene).stop();
                            pooler(scene).start();
                        }),
                fault("pool-paused", "pooler/paused", Status.DEGRADED)
                        .build(scene -> command(scene, "PAUSE " + Scene.DATABASE))
                        .repair(scene -> command(scene, "RESUME " + Scene.DATABASE)));
    }

    private Fault fault(String name, String key, Status status) {
        return Fault.of(name, key, status)
                .config(CONSOLE)
                .patience(Duration.ofSeconds(60))
                .prepare(scene -> {
                    PgBouncer pooler = scene.closing(PgBouncer.before(scene.server(), Scene.DATABASE, 1));
                    poolers.put(scene, pooler);
                    scene.define("pooler", pooler.port());
                });
    }

    private PgBouncer pooler(Scene scene) {
        PgBouncer pooler = poolers.get(scene);
        if (pooler == null) {
            throw new IllegalStateException("the scene has no pooler");
        }
        return pooler;
    }

    private void command(Scene scene, String command) {
        try (Collecting admin =
                Collecting.of(scene.server().server().behind(pooler(scene).console("postgres")), Scene.DATABASE)) {
            admin.ask(session -> session.pooler(console -> console.rows(command, row -> row)));
        }
    }

    private void exhaust(Scene scene) throws Exception {
        Connection holder = scene.closing(pooler(scene).jdbc(Scene.DATABASE));
        holder.setAutoCommit(false);
        execute(holder, "select 1");
        // Its first query, before the application's, waits already.
        Thread.ofVirtual().start(() -> {
            try (Connection waiter = pooler(scene).jdbc(Scene.DATABASE)) {
                execute(waiter, "select 2");
            } catch (Exception e) {
                // The scene ends.
            }
        });
    }

    /** Three clients share one server connection, until PgBouncer ends. */
    private void crowd(Scene scene) throws Exception {
        for (int i = 0; i < 3; i++) {
            Connection client = scene.closing(pooler(scene).jdbc(Scene.DATABASE));
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        execute(client, "select pg_sleep(0.5)");
                    }
                } catch (Exception e) {
                    // PgBouncer has ended.
                }
            });
        }
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
