package dev.pgvigil.check.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.postgres.Role;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.ScriptedServer;
import dev.pgvigil.testing.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The findings of the heartbeat, and that they close when the cause is repaired. */
class HeartbeatTest {

    private static final Heartbeat CHECK = new Heartbeat();
    private static final String UNREACHABLE = "heartbeat/unreachable";

    @Nested
    class Judges {

        @ParameterizedTest
        @CsvSource({
            "PRIMARY, 1, ANY, ",
            "REPLICA, 500, ANY, ",
            "REPLICA, 500.1, ANY, heartbeat/slow",
            "PRIMARY, 1, PRIMARY, ",
            "REPLICA, 1, PRIMARY, heartbeat/role",
            "PRIMARY, 1, REPLICA, heartbeat/role",
        })
        void reportsResponseTimeAndRole(Role role, double milliseconds, ExpectedRole expected, @Nullable String key) {
            List<Finding> findings =
                    Evaluating.evaluate(CHECK, new HeartbeatResult(role, milliseconds), expecting(expected));

            if (key == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).extracting(Finding::key).containsExactly(key);
            }
        }

        private static Target expecting(ExpectedRole role) {
            Target any = Evaluating.target("shop");
            return HeartbeatTest.expecting(role, any.server(), any.database());
        }
    }

    @Test
    void reportsSlowHeartbeatUntilItIsFast() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        try (TcpProxy proxy = TcpProxy.before(server);
                Monitoring monitoring = Monitoring.over(Target.of("shop", at(proxy.port()), "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
            proxy.latency(Duration.ofMillis(320));
            assertThat(monitoring.awaitFinding("shop", "heartbeat/slow").status())
                    .isEqualTo(Status.DEGRADED);
            proxy.latency(Duration.ZERO);
            monitoring.awaitNoFinding("shop", "heartbeat/slow");
            monitoring.awaitStatus("shop", Status.HEALTHY);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsStandbyInPlaceOfPrimaryUntilPromotion(int major) {
        try (PgServer primary = PgServer.start(major);
                PgServer standby = primary.standby()) {
            Target target = expecting(ExpectedRole.PRIMARY, standby.server("postgres", null), "postgres");
            try (Monitoring monitoring = Monitoring.over(target)) {
                Finding found = monitoring.awaitFinding("shop", "heartbeat/role");
                assertThat(found.title()).isEqualTo("server is a replica");
                standby.promote();
                monitoring.awaitNoFinding("shop", "heartbeat/role");
                monitoring.awaitStatus("shop", Status.HEALTHY);
            }
        }
    }

    /** Each target has its own server: a separate role makes it one. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsReasonOfRefusalUntilItIsRepaired(int major) {
        PgServer server = PgServer.shared(major);
        Target missing = alone(server, "missing");
        Target revoked = alone(server, "revoked");
        Target closed = alone(server, "closed");
        Target invalid = alone(server, "invalid");
        Target full = alone(server, "full");
        Target spent = alone(server, "spent");
        Target nobody = alone(server, "nobody");
        Target barred = alone(server, "barred");
        server.sql(
                "drop database " + missing.database(),
                "revoke connect on database " + revoked.database() + " from public",
                "alter database " + closed.database() + " with allow_connections false",
                "update pg_database set datconnlimit = -2 where datname = '" + invalid.database() + "'",
                "alter database " + full.database() + " connection limit 0",
                "alter role " + role(spent) + " connection limit 0",
                "drop role " + role(nobody),
                "alter role " + role(barred) + " nologin");
        try (Monitoring monitoring = Monitoring.over(missing, revoked, closed, invalid, full, spent, nobody, barred)) {
            assertThat(found(monitoring, "missing").title()).isEqualTo("database does not exist");
            assertThat(found(monitoring, "revoked").title()).isEqualTo("CONNECT is not granted");
            assertThat(found(monitoring, "closed").title()).isEqualTo("database accepts no connections");
            assertThat(found(monitoring, "invalid").title()).isEqualTo("database is invalid");
            assertThat(found(monitoring, "full").title()).isEqualTo("database out of connections");
            assertThat(found(monitoring, "spent").title()).isEqualTo("pgvigil's role is out of connections");
            assertThat(found(monitoring, "nobody").title()).isEqualTo("role cannot log in");
            assertThat(found(monitoring, "barred").title()).isEqualTo("role cannot log in");

            server.sql(String.valueOf(found(monitoring, "missing").sql()));
            server.createDatabase(missing.database());
            server.sql(String.valueOf(found(monitoring, "revoked").sql()));
            server.sql(String.valueOf(found(monitoring, "closed").sql()));
            server.sql(String.valueOf(found(monitoring, "invalid").sql()));
            server.createDatabase(invalid.database());
            server.sql(String.valueOf(found(monitoring, "full").sql()));
            server.sql(String.valueOf(found(monitoring, "spent").sql()));
            server.sql(String.valueOf(found(monitoring, "nobody").sql()));
            server.sql(
                    "alter database " + full.database() + " connection limit -1",
                    "alter role " + role(spent) + " connection limit -1",
                    "create role " + role(nobody) + " login",
                    "alter role " + role(barred) + " login");
            for (Target target : List.of(missing, revoked, closed, invalid, full, spent, nobody, barred)) {
                monitoring.awaitStatus(target.name(), Status.HEALTHY);
            }
        }
    }

    @Test
    void reportsShutdown() throws SQLException, IOException {
        try (PgServer server = PgServer.start(PgServer.majors().getLast());
                Connection kept = server.jdbc("postgres")) {
            Target target = server.target("shop", "postgres");
            long postmaster = Long.parseLong(
                    Files.readAllLines(server.data().resolve("postmaster.pid")).getFirst());
            // After a smart shutdown request it ends with its last session, and accepts no connections until then.
            ProcessHandle.of(postmaster).orElseThrow().destroy();
            try (Monitoring monitoring = Monitoring.over(target)) {
                assertThat(found(monitoring, "shop").title()).isEqualTo("starting up or shutting down");
                assertThat(kept.isClosed()).isFalse();
                server.restart();
                monitoring.awaitStatus("shop", Status.HEALTHY);
            }
        }
    }

    @Test
    void distinguishesPoolerAndOldServerFromOneThatIsDown() {
        try (ScriptedServer pooler =
                        ScriptedServer.with("08P01", "unsupported startup parameter: default_transaction_read_only");
                ScriptedServer old =
                        ScriptedServer.with("42704", "unrecognized configuration parameter \"idle_session_timeout\"");
                ScriptedServer german = ScriptedServer.with(
                        "53300", "zu viele Verbindungen f\u00fcr Datenbank \u00bbshop\u00ab", "CheckMyDatabase");
                Monitoring monitoring = Monitoring.over(
                        Target.of("pooler", at(pooler.port()), "shop"),
                        Target.of("old", at(old.port()), "shop"),
                        Target.of("german", at(german.port()), "shop"))) {
            assertThat(found(monitoring, "pooler").title()).isEqualTo("not PostgreSQL 14 or newer itself");
            assertThat(found(monitoring, "old").title()).isEqualTo("not PostgreSQL 14 or newer itself");
            assertThat(found(monitoring, "german").title()).isEqualTo("database out of connections");
        }
    }

    private static Finding found(Monitoring monitoring, String target) {
        Finding found = monitoring.awaitFinding(target, UNREACHABLE);
        Evaluating.complete(CHECK, found);
        return found;
    }

    /** A target with its own database and role; both have the same name. */
    private static Target alone(PgServer server, String name) {
        String database = server.newDatabase(name);
        Server own = server.server(database + "_role", null);
        server.sql("create role " + own.user() + " login");
        return Target.of(name, own, database);
    }

    private static String role(Target target) {
        return target.server().user();
    }

    private static Server at(int port) {
        return new Server("127.0.0.1", port, "postgres", null, new Tls(Tls.Mode.DISABLE));
    }

    private static Target expecting(ExpectedRole role, Server server, String database) {
        return new Target("shop", server, database, "", role, Map.of(), Thresholds.DEFAULTS, Map.of(), null);
    }
}
