package dev.pgvigil.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Tls;
import dev.pgvigil.target.Tls.Mode;
import dev.pgvigil.testing.Authority;
import dev.pgvigil.testing.PgServer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** libpq's sslmode words mean what they mean in libpq. */
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
        "REQUIRE,,encrypted",
        "REQUIRE,ours,encrypted",
        "REQUIRE,foreign,untrusted",
        "VERIFY_CA,ours,encrypted",
        "VERIFY_CA,foreign,untrusted",
        "VERIFY_CA,system,untrusted",
        "VERIFY_FULL,ours,encrypted",
        "VERIFY_FULL,foreign,untrusted",
        "VERIFY_FULL,,untrusted"
    })
    void modesOverAServerThatDemandsTls(Mode mode, @Nullable String root, String result) {
        SERVER.certificate(OURS.valid());
        SERVER.demandTls();
        expect(mode, root, result);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"REQUIRE,encrypted", "VERIFY_CA,encrypted", "VERIFY_FULL,untrusted"})
    void onlyVerifyFullMindsTheName(Mode mode, String result) {
        SERVER.certificate(OURS.otherHost());
        SERVER.demandTls();
        expect(mode, mode == Mode.REQUIRE ? null : "ours", result);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"REQUIRE,encrypted", "VERIFY_CA,untrusted", "VERIFY_FULL,untrusted"})
    void anExpiredCertificateIsTrustedByNobodyWhoLooks(Mode mode, String result) {
        SERVER.certificate(OURS.expired());
        SERVER.demandTls();
        expect(mode, mode == Mode.REQUIRE ? null : "ours", result);
    }

    @Test
    void aRenewedCertificateIsFoundWithoutARestart() {
        SERVER.certificate(OURS.expired());
        SERVER.demandTls();
        try (Watching watching = Watching.over(target(Mode.VERIFY_FULL, "ours"))) {
            Finding found = watching.awaitFinding("shop", "heartbeat/unreachable");
            assertThat(found.title()).isEqualTo("TLS failed");
            assertThat(found.action()).contains("renew");
            SERVER.certificate(OURS.valid());
            watching.awaitStatus("shop", Status.HEALTHY);
        }
    }

    @ParameterizedTest
    @CsvSource({"DISABLE,plain", "ALLOW,plain", "PREFER,plain", "REQUIRE,untrusted", "VERIFY_FULL,untrusted"})
    void aServerWithoutTls(Mode mode, String result) {
        try (PgServer plain = PgServer.start(PgServer.majors().getFirst())) {
            Target target = Target.of("shop", plain.server("postgres", null, tls(mode, null)), "postgres");
            try (Watching watching = Watching.over(target)) {
                if (result.equals("plain")) {
                    watching.awaitStatus("shop", Status.HEALTHY);
                } else {
                    assertThat(watching.awaitFinding("shop", "heartbeat/unreachable")
                                    .title())
                            .isEqualTo("TLS failed");
                }
            }
        }
    }

    private static void expect(Mode mode, @Nullable String root, String result) {
        try (Watching watching = Watching.over(target(mode, root))) {
            switch (result) {
                case "encrypted" -> {
                    watching.awaitStatus("shop", Status.HEALTHY);
                    assertThat(SERVER.value("select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid)"
                                    + " where usename = 'vigil'"))
                            .isEqualTo("t");
                }
                case "untrusted" ->
                    assertThat(watching.awaitFinding("shop", "heartbeat/unreachable")
                                    .title())
                            .isEqualTo("TLS failed");
                default ->
                    assertThat(watching.awaitFinding("shop", "heartbeat/unreachable")
                                    .title())
                            .isEqualTo("login refused");
            }
        }
    }

    private static Target target(Mode mode, @Nullable String root) {
        return Target.of("shop", SERVER.server("vigil", "secret", tls(mode, root)), "postgres");
    }

    private static Tls tls(Mode mode, @Nullable String root) {
        Path file = switch (root == null ? "" : root) {
            case "ours" -> OURS.root();
            case "foreign" -> FOREIGN.root();
            case "system" -> Tls.SYSTEM;
            default -> null;
        };
        return new Tls(mode, file, null, null);
    }
}
