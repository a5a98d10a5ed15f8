package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** A network that delays or forgets what is sent, in front of a server that works. */
class UnsteadyNetworkTest {

    private static final PgServer SERVER = PgServer.shared(PgServer.majors().getLast());
    private static final Duration DELAY = Duration.ofSeconds(2);

    /** The connection attempt that replaces the session is delayed too. */
    @Test
    void delayedHeartbeatIsNoStatusChange() {
        try (TcpProxy proxy = TcpProxy.before(SERVER);
                Monitoring monitoring = Monitoring.over(target(proxy))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            for (int round = 0; round < 3; round++) {
                beatAfter(monitoring, Instant.now());
                monitoring.changes().clear();
                Queue<Duration> delays = new ConcurrentLinkedQueue<>(List.of(DELAY, DELAY));
                proxy.delays(() -> delays.isEmpty() ? Duration.ZERO : delays.remove());
                await().atMost(Duration.ofSeconds(30)).until(delays::isEmpty);
                beatAfter(monitoring, Instant.now().plus(DELAY));

                assertThat(monitoring.changes()).noneMatch(FleetEvent.StatusChanged.class::isInstance);
                assertThat(monitoring.changes())
                        .filteredOn(change -> change instanceof FleetEvent.Beat beat && !beat.answered())
                        .hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    /** The proxy accepts connections and never answers those, also when it serves new ones again. */
    @Test
    void detectsThatSilentProxyServesNewConnectionsAgain() throws InterruptedException {
        try (TcpProxy proxy = TcpProxy.before(SERVER);
                Monitoring monitoring = Monitoring.over(target(proxy))) {
            for (int silent : List.of(4, 10)) {
                monitoring.awaitStatus("shop", Status.HEALTHY);
                proxy.mute();
                monitoring.awaitStatus("shop", Status.UNHEALTHY);
                Thread.sleep(Duration.ofSeconds(silent));
                assertThat(monitoring.link(target(proxy).server()).open()).isLessThanOrEqualTo(8);
                Instant healed = Instant.now();
                proxy.unmute();
                monitoring.awaitStatus("shop", Status.HEALTHY);
                assertThat(Duration.between(healed, Instant.now())).isLessThan(Duration.ofSeconds(4)); // 2 if not busy
            }
            await().untilAsserted(() -> assertThat(descriptorsTo(proxy.port())).isLessThanOrEqualTo(1));
        }
    }

    /** This process's sockets to a port; the kernel keeps closed ones for a while, without an inode. */
    private static long descriptorsTo(int port) throws IOException {
        String suffix = ":%04X".formatted(port);
        return Files.readAllLines(Path.of("/proc/net/tcp6")).stream()
                .map(line -> line.strip().split(" +"))
                .filter(field -> field[2].endsWith(suffix) && !field[9].equals("0"))
                .count();
    }

    private static void beatAfter(Monitoring monitoring, Instant moment) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> monitoring.changes().stream()
                        .anyMatch(change -> change instanceof FleetEvent.Beat beat
                                && beat.answered()
                                && beat.at().isAfter(moment)));
    }

    private static Target target(TcpProxy proxy) {
        Server direct = SERVER.server();
        return Target.of("shop", new Server(proxy.host(), proxy.port(), direct.user(), null, Tls.PREFER), "postgres");
    }
}
