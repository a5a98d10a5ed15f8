package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.config.LoadedConfig;
import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.postgres.Tls.Mode;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import dev.pgvigil.testing.Authority;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The sslmode values behave as in libpq. */
class EncryptionTest {

    private static final Authority OURS = Authority.create("ours");
    private static final Authority FOREIGN = Authority.create("foreign");
    private static final PgServer SERVER = PgServer.start(PgServer.majors().getLast());

    @BeforeAll
    static void role() {
        SERVER.monitorRole("vigil", "secret");
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @ParameterizedTest(name = "{0} with root {1}: {2}")
    @CsvSource({
        "DISABLE,,refused",
        "ALLOW,,encrypted",
        "PREFER,,encrypted",
        "ALLOW,ours,encrypted",
        "ALLOW,foreign,untrusted",
        "PREFER,ours,encrypted",
        "PREFER,foreign,untrusted",
        "REQUIRE,,encrypted",
        "REQUIRE,ours,encrypted",
        "REQUIRE,foreign,untrusted",
        "VERIFY_CA,ours,encrypted",
        "VERIFY_CA,foreign,untrusted",
        "VERIFY_FULL,ours,encrypted",
        "VERIFY_FULL,foreign,untrusted",
        "VERIFY_FULL,,untrusted"
    })
    void appliesSslmodesWhenServerRequiresTls(Mode mode, @Nullable String root, String result) {
        SERVER.certificate(OURS.valid());
        SERVER.demandTls();
        expect(mode, root, result);
    }

    /** Like libpq, falls back to plain text when the certificate is not trusted. */
    @ParameterizedTest(name = "{0} with root {1}: {2}")
    @CsvSource({
        "ALLOW,foreign,plain",
        "PREFER,,encrypted",
        "PREFER,ours,encrypted",
        "PREFER,foreign,plain",
        "REQUIRE,foreign,untrusted"
    })
    void appliesSslmodesWhenServerAcceptsTlsAndPlainText(Mode mode, @Nullable String root, String result) {
        SERVER.certificate(OURS.valid());
        SERVER.demandPassword();
        expect(mode, root, result);
    }

    @Test
    void authenticatesWithClientCertificate(@TempDir Path folder) throws IOException {
        Authority.Certificate client = OURS.client("vigil");
        Path cert = Files.writeString(folder.resolve("c.pem"), client.chain());
        Path key = Files.writeString(folder.resolve("k.pem"), client.key());
        SERVER.certificate(OURS.valid());
        SERVER.sql("alter system set ssl_ca_file = '" + OURS.root() + "'");
        SERVER.hba("hostssl all all 127.0.0.1/32 cert");
        Tls tls = read("sslmode=verify-full&sslrootcert=" + OURS.root() + "&sslcert=" + cert + "&sslkey=" + key);
        try (Monitoring monitoring =
                Monitoring.over(Target.of("shop", SERVER.server("vigil", null, tls), "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"REQUIRE,encrypted", "VERIFY_CA,encrypted", "VERIFY_FULL,untrusted"})
    void verifiesHostNameOnlyWithVerifyFull(Mode mode, String result) {
        SERVER.certificate(OURS.otherHost());
        SERVER.demandTls();
        expect(mode, mode == Mode.REQUIRE ? null : "ours", result);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"REQUIRE,encrypted", "VERIFY_CA,untrusted", "VERIFY_FULL,untrusted"})
    void rejectsExpiredCertificateWhenVerifying(Mode mode, String result) {
        SERVER.certificate(OURS.expired());
        SERVER.demandTls();
        expect(mode, mode == Mode.REQUIRE ? null : "ours", result);
    }

    /** Connections that psql 15 and newer can open too. */
    @ParameterizedTest
    @MethodSource("acceptable")
    void connectsWherePsqlConnects(String host, Authority.Certificate certificate) {
        SERVER.certificate(certificate);
        SERVER.demandTls();
        Server server = new Server(host, SERVER.port(), "vigil", new Secret("secret"), tls(Mode.VERIFY_FULL, "ours"));
        try (Monitoring monitoring = Monitoring.over(Target.of("shop", server, "postgres"))) {
            monitoring.awaitStatus("shop", Status.HEALTHY);
        }
    }

    static Stream<Arguments> acceptable() {
        return Stream.of(
                Arguments.of("127.0.0.1", OURS.named("db", Authority.names(GeneralName.dNSName, "127.0.0.1"))),
                Arguments.of("127.0.0.1", OURS.named("127.0.0.1", null)),
                Arguments.of("localhost", OURS.named("localhost", null)),
                Arguments.of("127.0.0.1", OURS.named("127.0.0.1", null, new KeyUsage(KeyUsage.keyEncipherment))),
                Arguments.of("127.0.0.1", OURS.named("127.0.0.1", null, KeyPurposeId.id_kp_serverAuth)));
    }

    @ParameterizedTest
    @MethodSource("unacceptable")
    void reportsReasonForRejectedCertificate(
            Authority.Certificate certificate, String root, String observed, String action) {
        SERVER.certificate(certificate);
        SERVER.demandTls();
        try (Monitoring monitoring = Monitoring.over(target(Mode.VERIFY_FULL, root))) {
            Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
            assertThat(found.title()).isEqualTo("TLS failed");
            assertThat(found.observed()).contains(observed);
            assertThat(found.action()).contains(action);
        }
    }

    static Stream<Arguments> unacceptable() {
        return Stream.of(
                Arguments.of(OURS.expired(), "ours", "CN=localhost expired at ", "Renew it on the server"),
                Arguments.of(OURS.future(), "ours", "CN=localhost is not valid before ", "clock"),
                Arguments.of(OURS.valid(), "foreign", "issued by CN=ours, which is not trusted", "sslrootcert"),
                Arguments.of(OURS.self(), "foreign", "self-signed", "fingerprint"),
                Arguments.of(
                        OURS.otherHost(),
                        "ours",
                        "is for db.example.org, not for 127.0.0.1",
                        "one of the certificate's names"),
                Arguments.of(
                        OURS.named("127.0.0.1", null, KeyPurposeId.id_kp_clientAuth),
                        "ours",
                        "extendedKeyUsage",
                        "serverAuth"),
                Arguments.of(
                        OURS.named("127.0.0.1", null, new KeyUsage(KeyUsage.keyCertSign)),
                        "ours",
                        "keyUsage",
                        "serverAuth"));
    }

    @Test
    void recommendsSslmodeWhenServerRequiresTls() {
        SERVER.certificate(OURS.valid());
        SERVER.demandTls();
        try (Monitoring monitoring = Monitoring.over(target(Mode.DISABLE, null))) {
            Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
            assertThat(found.title()).isEqualTo("login refused");
            assertThat(found.action()).contains("change sslmode of target shop from disable to require");
        }
    }

    @Test
    void reportsServerWithoutTlsSupport() {
        try (PgServer plain = PgServer.start(PgServer.majors().getFirst())) {
            Target target = Target.of("shop", plain.server("postgres", null, tls(Mode.REQUIRE, null)), "postgres");
            try (Monitoring monitoring = Monitoring.over(target)) {
                Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
                assertThat(found.observed()).isEqualTo("the server does not support TLS");
                assertThat(found.action()).contains("ssl = on");
            }
        }
    }

    @Test
    void usesRenewedCertificateWithoutRestart() {
        SERVER.certificate(OURS.expired());
        SERVER.demandTls();
        try (Monitoring monitoring = Monitoring.over(target(Mode.VERIFY_FULL, "ours"))) {
            Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
            assertThat(found.title()).isEqualTo("TLS failed");
            assertThat(found.action()).contains("Renew");
            SERVER.certificate(OURS.valid());
            monitoring.awaitStatus("shop", Status.HEALTHY);
        }
    }

    @ParameterizedTest
    @CsvSource({"DISABLE,plain", "ALLOW,plain", "PREFER,plain", "REQUIRE,untrusted", "VERIFY_FULL,untrusted"})
    void appliesSslmodesWhenServerHasNoTls(Mode mode, String result) {
        try (PgServer plain = PgServer.start(PgServer.majors().getFirst())) {
            Target target = Target.of("shop", plain.server("postgres", null, tls(mode, null)), "postgres");
            try (Monitoring monitoring = Monitoring.over(target)) {
                if (result.equals("plain")) {
                    monitoring.awaitStatus("shop", Status.HEALTHY);
                } else {
                    assertThat(monitoring
                                    .awaitFinding("shop", "heartbeat/unreachable")
                                    .title())
                            .isEqualTo("TLS failed");
                }
            }
        }
    }

    private static void expect(Mode mode, @Nullable String root, String result) {
        try (Monitoring monitoring = Monitoring.over(target(mode, root))) {
            switch (result) {
                case "encrypted" -> {
                    monitoring.awaitStatus("shop", Status.HEALTHY);
                    assertThat(encrypted()).isEqualTo("t");
                }
                case "plain" -> {
                    monitoring.awaitStatus("shop", Status.HEALTHY);
                    assertThat(encrypted()).isEqualTo("f");
                }
                case "untrusted" -> {
                    Finding found = monitoring.awaitFinding("shop", "heartbeat/unreachable");
                    assertThat(found.title()).as("%s", found).isEqualTo("TLS failed");
                }
                default ->
                    assertThat(monitoring
                                    .awaitFinding("shop", "heartbeat/unreachable")
                                    .title())
                            .isEqualTo("login refused");
            }
        }
    }

    private static @Nullable String encrypted() {
        return SERVER.value(
                "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where usename = 'vigil'");
    }

    private static Target target(Mode mode, @Nullable String root) {
        return Target.of("shop", SERVER.server("vigil", "secret", tls(mode, root)), "postgres");
    }

    private static Tls tls(Mode mode, @Nullable String root) {
        String parameters = "sslmode=" + mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return read(
                switch (root == null ? "" : root) {
                    case "ours" -> parameters + "&sslrootcert=" + OURS.root();
                    case "foreign" -> parameters + "&sslrootcert=" + FOREIGN.root();
                    default -> parameters;
                });
    }

    /** Parses URL parameters as written by a user. */
    private static Tls read(String parameters) {
        return LoadedConfig.url(
                        "postgresql://vigil@localhost?" + parameters, new TargetsSection(new Catalogue(List.of())))
                .settings()
                .orElseThrow()
                .get(TargetsSection.class)
                .entries()
                .getFirst()
                .server()
                .tls();
    }
}
