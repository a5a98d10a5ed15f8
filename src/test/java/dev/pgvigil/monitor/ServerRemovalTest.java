package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.ClosedPort;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServerRemovalTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EACH = 100;

    /** Half of the servers have a session, half refuse it: neither memory nor sockets may leak. */
    @Test
    void releasesAllResourcesOfRemovedServers() throws IOException {
        try (PgServer server = PgServer.start(PgServer.majors().getLast(), java.util.Map.of("max_connections", "200"));
                ClosedPort refusing = ClosedPort.start();
                Monitoring monitoring = Monitoring.over()) {
            server.sql("do $$ begin for i in 0..99 loop execute 'create role t' || i || ' login'; end loop; end $$");
            List<Target> targets = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                // A user of its own makes each a server of its own.
                targets.add(Target.of("up" + i, server.server("t" + i, null), "postgres"));
                Server down = new Server("127.0.0.1", refusing.port(), "t" + i, null, new Tls(Tls.Mode.DISABLE));
                targets.add(Target.of("down" + i, down, "postgres"));
            }
            // Bounded logs and caches fill first.
            for (int round = 0; round < 4; round++) {
                comeAndGo(monitoring, targets);
            }
            long heap = heap();
            long files = files();
            for (int round = 0; round < 4; round++) {
                comeAndGo(monitoring, targets);
            }
            assertThat(heap() - heap).isLessThan(3L << 20);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(files()).isLessThanOrEqualTo(files + 5));
            await().atMost(PATIENCE)
                    .until(() -> "0"
                            .equals(server.value(
                                    "select count(*) from pg_stat_activity where application_name = 'pgvigil'")));
        }
    }

    private static void comeAndGo(Monitoring monitoring, List<Target> targets) {
        monitoring.follow(targets.toArray(Target[]::new));
        await().atMost(PATIENCE)
                .until(() -> targets.stream()
                        .allMatch(target ->
                                monitoring.fleet().snapshot().targets().containsKey(target.name())
                                        && monitoring
                                                        .fleet()
                                                        .snapshot()
                                                        .serverOf(monitoring.state(target.name()))
                                                        .outcome("heartbeat")
                                                != null));
        monitoring.follow();
        await().atMost(PATIENCE)
                .until(() -> monitoring.fleet().snapshot().targets().isEmpty()
                        && monitoring.fleet().snapshot().servers().isEmpty());
        monitoring.changes().clear();
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static long files() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
