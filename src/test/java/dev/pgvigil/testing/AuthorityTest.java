package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AuthorityTest {

    private static final PgServer SERVER = PgServer.start(PgServer.majors().getLast());
    private static final Authority AUTHORITY = Authority.create("pgvigil tests");

    @AfterAll
    static void end() {
        SERVER.close();
    }

    @Test
    void trustsOnlyValidCertificate() throws SQLException {
        SERVER.sql("create role app login password 'secret'");
        SERVER.certificate(AUTHORITY.valid());
        SERVER.demandTls();

        connect("verify-full", AUTHORITY).close();
        assertThatThrownBy(() -> connect("disable", AUTHORITY)).hasMessageContaining("no encryption");
        assertThatThrownBy(() -> connect("verify-full", Authority.create("strangers")))
                .hasMessageContaining("PKIX path building failed");

        SERVER.certificate(AUTHORITY.expired());
        assertThatThrownBy(() -> connect("verify-full", AUTHORITY)).rootCause().hasMessageContaining("NotAfter");

        SERVER.certificate(AUTHORITY.otherHost());
        connect("verify-ca", AUTHORITY).close();
        assertThatThrownBy(() -> connect("verify-full", AUTHORITY)).hasMessageContaining("hostname");
    }

    @Test
    void restrictsPrivateKeyToOwner() throws Exception {
        SERVER.certificate(AUTHORITY.valid());

        assertThat(Files.getPosixFilePermissions(SERVER.data().resolve("server.key")))
                .extracting(Enum::name)
                .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }

    private static Connection connect(String mode, Authority trusted) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "app");
        properties.setProperty("password", "secret");
        properties.setProperty("sslmode", mode);
        properties.setProperty("sslrootcert", trusted.root().toString());
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + SERVER.port() + "/postgres", properties);
    }
}
