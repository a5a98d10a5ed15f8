package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Connections that pgvigil has abandoned and that the server still holds. */
class LeftoverConnectionsTest {

    private static final int NEWEST = PgServer.majors().getLast();
    private static final int LOSSES = 12;

    @Test
    void keepsLoginsBlockedOnLockWithinConnectionBudget() throws Exception {
        try (PgServer server = PgServer.start(NEWEST);
                Connection locker = server.jdbc("postgres")) {
            Target[] targets = IntStream.range(0, 12)
                    .mapToObj(number -> {
                        server.createDatabase("app" + number);
                        return server.target("app" + number, "app" + number);
                    })
                    .toArray(Target[]::new);
            SessionsTest.Question inside =
                    new SessionsTest.Question(Scope.DATABASE, "select 1::text", Duration.ofMillis(200));
            try (Monitoring monitoring = Monitoring.with(List.of(new Heartbeat(), inside), targets)) {
                monitoring.awaitStatus("app0", Status.HEALTHY);
                locker.setAutoCommit(false);
                try (Statement statement = locker.createStatement()) {
                    statement.execute("lock table pg_authid in access exclusive mode");
                }
                AtomicLong most = new AtomicLong();
                await().during(Duration.ofSeconds(20))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> {
                            most.accumulateAndGet(backends(server), Math::max);
                            return true;
                        });
                assertThat(most.get()).isBetween(2L, 5L);
                locker.rollback();
            }
        }
    }

    /** The server processes of pgvigil's role, including those still authenticating. */
    private static long backends(PgServer server) throws IOException {
        long postmaster = Long.parseLong(
                Files.readAllLines(server.data().resolve("postmaster.pid")).getFirst());
        return ProcessHandle.of(postmaster)
                .orElseThrow()
                .children()
                .filter(LeftoverConnectionsTest::servesPgvigil)
                .count();
    }

    private static boolean servesPgvigil(ProcessHandle child) {
        try {
            return Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"))
                    .contains(": pgvigil ");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void terminatesLostConnectionsBeforeRoleLimitIsReached() {
        try (PgServer server = PgServer.start(NEWEST);
                TcpProxy proxy = TcpProxy.before(server)) {
            Server direct = server.server();
            server.sql("alter role pgvigil connection limit 8");
            Target target = Target.of(
                    "shop", new Server(proxy.host(), proxy.port(), direct.user(), null, direct.tls()), "postgres");
            try (Monitoring monitoring = Monitoring.over(target)) {
                for (int lost = 0; lost < LOSSES; lost++) {
                    monitoring.awaitStatus("shop", Status.HEALTHY);
                    long connects = monitoring.link(target.server()).connects();
                    proxy.strand();
                    monitoring.awaitLink(target.server(), link -> link.connects() > connects);
                }
                monitoring.awaitStatus("shop", Status.HEALTHY);
                await().until(() -> sessions(server) <= 2);
                monitoring.awaitLink(target.server(), link -> link.open() <= 2);
                assertThat(monitoring.changes())
                        .noneMatch(change -> change.toString().contains("53300"));
            }
        }
    }

    private static int sessions(PgServer server) {
        return Integer.parseInt(
                String.valueOf(server.value("select count(*) from pg_stat_activity where usename = 'pgvigil'")));
    }
}
