package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Failure.Cause;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.Tls.Mode;
import dev.pgvigil.testing.Authority;
import dev.pgvigil.testing.ClosedPort;
import dev.pgvigil.testing.ConnectionStorm;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.ScriptedServer;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expects the failures that psql would report. */
class ConnectorTest {

    private static final Authority OURS = Authority.create("ours");
    private static final Vertx VERTX = Vertx.vertx();
    private static final PgServer SERVER = PgServer.start(PgServer.majors().getLast(), Map.of("max_connections", "12"));

    private static final Map<String, String> SESSION = Map.of("client_encoding", "utf8");

    private static boolean changed = true;

    @BeforeAll
    static void role() {
        SERVER.monitorRole("vigil", "secret");
        SERVER.certificate(OURS.valid());
    }

    @AfterEach
    void restore() {
        if (changed) {
            SERVER.demandPassword();
            tls(true);
            changed = false;
        }
    }

    @AfterAll
    static void stop() {
        SERVER.close();
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    // Which failure is reported, of several attempts

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"DISABLE", "ALLOW", "PREFER"})
    void reportsLatestFailureOfServerWithoutTls(Mode mode) {
        hba("host all vigil 127.0.0.1/32 scram-sha-256", "host all all 127.0.0.1/32 trust");
        tls(false);

        assertThat(refused("secret", mode, "absent").sqlState()).isEqualTo("3D000");
        assertThat(refused("wrong", mode, "postgres").sqlState()).isEqualTo("28P01");
        assertThat(refused("secret", Mode.REQUIRE, "postgres").cause()).isEqualTo(Cause.NO_TLS);
        try (ConnectionStorm _ = SERVER.fillConnections()) {
            assertThat(refused("secret", mode, "postgres").sqlState()).isEqualTo("53300");
        }
        assertThat(connects("secret", mode)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"hostnossl,PREFER", "hostnossl,ALLOW", "hostssl,PREFER", "hostssl,ALLOW"})
    void reportsWrongPasswordWhereOtherModeIsNotAdmitted(String type, Mode mode) {
        hba(type + " all all 127.0.0.1/32 scram-sha-256");

        assertThat(refused("wrong", mode, "postgres").sqlState()).isEqualTo("28P01");
        assertThat(refused("secret", mode, "absent").sqlState()).isEqualTo("3D000");
        assertThat(connects("secret", mode)).isTrue();
    }

    @Test
    void connectsInPlainTextWherePasswordIsRefusedOverTls() {
        hba("hostssl all all 127.0.0.1/32 scram-sha-256", "hostnossl all all 127.0.0.1/32 trust");

        assertThat(connects("wrong", Mode.PREFER)).isTrue();
        assertThat(refused("wrong", Mode.REQUIRE, "postgres").sqlState()).isEqualTo("28P01");
    }

    @Test
    void reportsFailedHandshakeWhereServerRequiresTls() {
        SERVER.certificate(OURS.expired());
        hba("hostssl all all 127.0.0.1/32 scram-sha-256");
        TlsMaterial<TrustedCertificates> trust = trust();

        for (Mode mode : List.of(Mode.ALLOW, Mode.PREFER)) {
            assertThat(refused("secret", new Tls(mode, trust, null, false)).cause())
                    .isEqualTo(Cause.CERTIFICATE_EXPIRED);
        }
        SERVER.certificate(OURS.valid());
    }

    // SQLSTATEs and routines

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void identifiesCausesByRoutineOnEveryMajor(boolean newest) {
        PgServer server = PgServer.shared(
                newest ? PgServer.majors().getLast() : PgServer.majors().getFirst());
        String full = PgServer.unique("full");
        String closed = server.newDatabase("closed");
        String limited = server.newDatabase("limited");
        String invalid = server.newDatabase("invalid");
        server.sql(
                "create role " + full + " login connection limit 0",
                "create role " + full + "_nologin",
                "alter database " + closed + " allow_connections false",
                "alter database " + limited + " connection limit 0",
                "update pg_database set datconnlimit = -2 where datname = '" + invalid + "'");

        assertThat(refused(server.server(full, null), "postgres").cause()).isEqualTo(Cause.ROLE_FULL);
        assertThat(refused(server.server(full + "_nologin", null), "postgres").cause())
                .isEqualTo(Cause.ROLE_WITHOUT_LOGIN);
        assertThat(refused(server.server(full + "_absent", null), "postgres").cause())
                .isEqualTo(Cause.ROLE_WITHOUT_LOGIN);
        assertThat(refused(server.server(), closed))
                .extracting(Failure::cause, Failure::database)
                .containsExactly(Cause.DATABASE_CLOSED, closed);
        assertThat(refused(server.server(), limited).cause()).isEqualTo(Cause.DATABASE_FULL);
        assertThat(refused(server.server(), invalid).cause()).isEqualTo(Cause.DATABASE_INVALID);
        assertThat(refused(server.server(), "absent"))
                .extracting(Failure::sqlState, Failure::database)
                .containsExactly("3D000", "absent");
        server.sql("update pg_database set datconnlimit = -1 where datname = '" + invalid + "'", "drop role " + full);
    }

    @Test
    void identifiesRejectionByHbaFile() {
        hba("host all all 127.0.0.1/32 reject");
        assertThat(refused("secret", Mode.PREFER, "postgres").cause()).isEqualTo(Cause.NOT_ADMITTED);
        hba();
        assertThat(refused("secret", Mode.DISABLE, "postgres").cause()).isEqualTo(Cause.NOT_ADMITTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "28000 | aucune entr\u00e9e dans pg_hba.conf pour l'h\u00f4te | ClientAuthentication | NOT_ADMITTED",
                "28000 | Rolle \u00bbnom\u00ab darf nicht einloggen | InitializeSessionUserId | ROLE_WITHOUT_LOGIN",
                "28000 | authentification par certificat \u00e9chou\u00e9e | auth_failed | ",
                "28P01 | authentification par mot de passe \u00e9chou\u00e9e pour \u00ab nom \u00bb | auth_failed | ",
                "53300 | \u30ed\u30fc\u30eb\"nom\"\u306e\u63a5\u7d9a\u6570\u304c\u591a\u3059\u304e\u307e\u3059 | InitializeSessionUserId "
                        + "| ROLE_FULL",
                "53300 | trop de connexions pour la base de donn\u00e9es \u00ab nom \u00bb | CheckMyDatabase | DATABASE_FULL",
                "53300 | d\u00e9sol\u00e9, trop de clients sont d\u00e9j\u00e0 connect\u00e9s | InitProcess | ",
                "55000 | la base de donn\u00e9es \u00ab nom \u00bb n'accepte pas les connexions | CheckMyDatabase | DATABASE_CLOSED",
                "55000 | kann nicht mit ung\u00fcltiger Datenbank verbinden | InitPostgres | DATABASE_INVALID",
                "3D000 | la base de donn\u00e9es \u00ab nom \u00bb n'existe pas | InitPostgres | ",
            })
    void identifiesCausesInEveryLanguage(String state, String message, String routine, @Nullable Cause cause) {
        try (ScriptedServer server = ScriptedServer.with(state, message, routine)) {
            Failure failure = refused(server(server, "secret"), "nom");

            assertThat(failure.cause()).isEqualTo(cause);
            assertThat(failure.sqlState()).isEqualTo(state);
            assertThat(failure.message()).isEqualTo(message);
        }
    }

    // What the driver does not support, or must not do

    @ParameterizedTest
    @ValueSource(strings = {"scram-sha-256", "md5", "password"})
    void sendsNoPasswordWhereNoneIsGiven(String method) {
        SERVER.sql("set password_encryption = '" + (method.equals("md5") ? "md5" : "scram-sha-256")
                + "'; drop role if exists lax; create role lax login password 'pass'");
        hba("host all all 127.0.0.1/32 " + method);

        Failure failure = refused(SERVER.server("lax", null), "postgres");
        assertThat(failure.reason()).isEqualTo(Reason.AUTH);
        assertThat(failure.cause()).isEqualTo(Cause.NO_PASSWORD);
        assertThat(failure.message()).isEqualTo("no password supplied");
        assertThat(connects(SERVER.server("lax", "pass"))).isTrue();

        hba("host all all 127.0.0.1/32 trust");
        assertThat(connects(SERVER.server("lax", null))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 7, 9, 99})
    void reportsUnsupportedMethods(int method) {
        try (ScriptedServer server = ScriptedServer.asking(method)) {
            Failure failure = refused(server(server, "secret"), "postgres");

            assertThat(failure.reason()).isEqualTo(Reason.AUTH);
            assertThat(failure.cause()).isEqualTo(Cause.AUTH_METHOD_UNSUPPORTED);
            assertThat(server.received()).doesNotContain("secret");
        }
    }

    @Test
    void reportsUnsupportedSaslMechanisms() {
        try (ScriptedServer server = ScriptedServer.asking(10, "OAUTHBEARER")) {
            Failure failure = refused(server(server, "secret"), "postgres");

            assertThat(failure.cause()).isEqualTo(Cause.AUTH_METHOD_UNSUPPORTED);
            assertThat(failure.message()).contains("OAUTHBEARER");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail ESMTP\r\n", "SSH-2.0-OpenSSH_9\r\n"})
    void reportsServersThatAreNotPostgres(String text) {
        try (ScriptedServer server = ScriptedServer.raw(text)) {
            for (Mode mode : List.of(Mode.DISABLE, Mode.REQUIRE)) {
                Failure failure = refused(
                        new Server(server.host(), server.port(), "u", new Secret("secret"), new Tls(mode)), "postgres");

                assertThat(failure.reason()).as("%s", failure).isIn(Reason.UNSUPPORTED, Reason.TLS);
            }
        }
    }

    @Test
    void bindsChannelWhereRequired() {
        Tls bound = new Tls(Mode.REQUIRE, null, null, true);
        assertThat(connects(SERVER.server("vigil", "secret", bound))).isTrue();
        assertThat(refused("secret", new Tls(Mode.DISABLE, null, null, true)).cause())
                .isEqualTo(Cause.NO_CHANNEL_BINDING);
        for (String method : List.of("trust", "password")) {
            hba("host all all 127.0.0.1/32 " + method);
            assertThat(refused("secret", bound).cause()).isEqualTo(Cause.NO_CHANNEL_BINDING);
        }
    }

    // Addresses

    @Test
    void triesEachAddressInTurn() {
        List<InetAddress> both = List.of(address("::1"), address("127.0.0.1"));
        Server named = new Server("db.test", SERVER.port(), "vigil", new Secret("secret"), Tls.PREFER);
        assertThat(open(named, "postgres", both)).isNull();

        try (ScriptedServer six = ScriptedServer.onIpv6("3D000", "gone")) {
            Server other = new Server("db.test", six.port(), "vigil", null, new Tls(Mode.DISABLE));
            assertThat(open(other, "postgres", both.reversed()))
                    .isNotNull()
                    .satisfies(failure -> assertThat(failure.sqlState()).isEqualTo("3D000"));
        }
    }

    @Test
    void reportsAllAddressesWhereNoneAnswers() {
        try (ClosedPort refusing = ClosedPort.start()) {
            Server named = new Server("db.test", refusing.port(), "vigil", null, Tls.PREFER);
            Failure failure = open(named, "postgres", List.of(address("::1"), address("127.0.0.1")));

            assertThat(failure).isNotNull();
            assertThat(failure.reason()).isEqualTo(Reason.CONNECT);
            assertThat(failure.message())
                    .isEqualTo("Connection refused: db.test ([0:0:0:0:0:0:0:1]:" + refusing.port()
                            + "); Connection refused: db.test (127.0.0.1:" + refusing.port() + ")");
        }
    }

    @Test
    void triesNoOtherAddressAfterRefusedLogin() {
        try (ScriptedServer first = ScriptedServer.onIpv6("28P01", "wrong")) {
            Server named = new Server("db.test", first.port(), "vigil", new Secret("x"), new Tls(Mode.DISABLE));
            Failure failure = open(named, "postgres", List.of(address("::1"), address("127.0.0.1")));

            assertThat(failure).isNotNull();
            assertThat(failure.sqlState()).isEqualTo("28P01");
        }
    }

    private static Server server(ScriptedServer server, String password) {
        return new Server(server.host(), server.port(), "nom", new Secret(password), new Tls(Mode.DISABLE));
    }

    private static void hba(String... lines) {
        changed = true;
        SERVER.hba(lines);
    }

    private static void tls(boolean on) {
        changed = true;
        SERVER.sql("alter system set ssl = " + (on ? "on" : "off"));
        SERVER.reload();
    }

    private static TlsMaterial<TrustedCertificates> trust() {
        try {
            return new TlsMaterial<>(
                    "ours",
                    TrustedCertificates.of(Pem.of(ByteBuffer.wrap(Files.readAllBytes(OURS.root())))
                            .certificates()));
        } catch (IOException | UnusableFile e) {
            throw new AssertionError(e);
        }
    }

    private static boolean connects(String password, Mode mode) {
        return connects(SERVER.server("vigil", password, new Tls(mode)));
    }

    private static boolean connects(Server server) {
        assertThat(open(server, "postgres", null)).isNull();
        return true;
    }

    private static Failure refused(String password, Mode mode, String database) {
        return refused(SERVER.server("vigil", password, new Tls(mode)), database);
    }

    private static Failure refused(String password, Tls tls) {
        return refused(SERVER.server("vigil", password, tls), "postgres");
    }

    private static Failure refused(Server server, String database) {
        Failure failure = open(server, database, null);
        assertThat(failure).isNotNull();
        return failure;
    }

    /** Null if a session could be opened. */
    private static @Nullable Failure open(Server server, String database, @Nullable List<InetAddress> addresses) {
        HostAddresses names =
                addresses == null ? new HostAddresses(VERTX) : new HostAddresses(VERTX, host -> addresses);
        Connector connector = new Connector(VERTX, new ConnectLimiter(), names);
        ConnectionBudget.Permit permit = new ConnectionBudget().take(false);
        assertThat(permit).isNotNull();
        Connector.Attempt attempt = new Connector.Attempt(
                server,
                database,
                Deadlines.STANDARD.connect(),
                SESSION,
                Duration.ofSeconds(10),
                permit,
                Connector.Progress.IGNORED);
        try {
            connector
                    .open(EventLoop.next(VERTX), attempt)
                    .map(open -> {
                        open.close();
                        return open.gone();
                    })
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return FailureClassifier.of(Objects.requireNonNull(e.getCause()));
        } catch (TimeoutException e) {
            throw new AssertionError("no end within 30 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static InetAddress address(String literal) {
        return NetUtil.createInetAddressFromIpAddressString(literal);
    }
}
