package dev.pgvigil.check.capacity;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Connections near the limits of the server, a database and a role. */
final class CapacityCorpus implements Corpus {

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of("connections-at-capacity", "connections/saturation", Status.UNHEALTHY)
                        .settings(Map.of("max_connections", "30"))
                        .build(scene -> storm(scene, 26)),
                Fault.of("connections-high", "connections/saturation", Status.DEGRADED)
                        .settings(Map.of("max_connections", "30"))
                        .build(scene -> storm(scene, 22)),
                Fault.of("database-connection-limit", "connections/database-limit", Status.UNHEALTHY)
                        .build(scene -> {
                            scene.server().sql("alter database app connection limit 10");
                            storm(scene, 9);
                        })
                        .repair(scene -> scene.server().sql("alter database app connection limit -1")),
                Fault.of("role-connection-limit", "connections/role-limits", Status.UNHEALTHY)
                        .build(scene -> {
                            scene.server().sql("create role shop login connection limit 5");
                            for (int i = 0; i < 5; i++) {
                                scene.connectAs("shop");
                            }
                        }));
    }

    private static void storm(Scene scene, int connections) throws Exception {
        scene.server().sql("create role shop login");
        try {
            for (int i = 0; i < connections; i++) {
                scene.connectAs("shop");
            }
        } catch (SQLException e) {
            if (!"53300".equals(e.getSQLState())) { // pgvigil has taken the last slot
                throw e;
            }
        }
    }
}
