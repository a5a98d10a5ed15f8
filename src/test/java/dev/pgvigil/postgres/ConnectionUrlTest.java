package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionUrlTest {

    private static final String SECRET = "hunter2";

    @Test
    void readsEveryPart() {
        assertThat(good("postgresql://watch:hunter2@db1.internal:5433/shop?sslmode=verify-full&sslrootcert=/ca.pem"))
                .isEqualTo(new ConnectionUrl(
                        "db1.internal",
                        5433,
                        "watch",
                        new Secret(SECRET),
                        "shop",
                        Map.of("sslmode", "verify-full", "sslrootcert", "/ca.pem")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://watch@db1",
                "postgresql://watch@db1",
                "postgresql://watch@DB1/",
                "postgresql://watch:@db1:/watch",
                "postgresql://w%61tch@d%62%31:5432/w%61tch?"
            })
    void usesLibpqDefaults(String text) {
        assertThat(good(text)).isEqualTo(new ConnectionUrl("db1", 5432, "watch", null, "watch", Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://u@[::1]:5433/d, ::1, 5433",
        "postgresql://u@[::1]/d, ::1, 5432",
        "postgresql://u@[2001:DB8::A]?ssl=true, 2001:db8::a, 5432",
        "postgresql://u@[fe80::1%25eth0]:6/d, fe80::1%eth0, 6",
        "postgresql://u@192.0.2.1:65535/d, 192.0.2.1, 65535",
    })
    void readsAddresses(String text, String host, int port) {
        assertThat(good(text))
                .extracting(ConnectionUrl::host, ConnectionUrl::port)
                .containsExactly(host, port);
    }

    /** As in libpq, the user ends at the first colon and the password at the first at sign. */
    @ParameterizedTest
    @CsvSource({
        "postgresql://u:a:b?c#d+e=f&g@h/d, a:b?c#d+e=f&g",
        "postgresql://u:p%40%2F%3A%25%3F@h/d, p@/:%?",
        "postgresql://u:%F0%9F%94%91ß@h/d, 🔑ß",
    })
    void readsPasswordsOfAnyCharacter(String text, String password) {
        assertThat(good(text).password()).isEqualTo(new Secret(password));
    }

    @Test
    void expandsNoVariables() {
        assertThat(good("postgresql://u:'\"\\${HOME}$(id)`id`@h/d").password())
                .isEqualTo(new Secret("'\"\\${HOME}$(id)`id`"));
    }

    @Test
    void readsNamesOfAnyCharacter() {
        ConnectionUrl url = good("postgresql://a%3Ab%40c@h/%22quoted%22%0A%2F%3F");

        assertThat(url.user()).isEqualTo("a:b@c");
        assertThat(url.database()).isEqualTo("\"quoted\"\n/?");
    }

    @Test
    void readsSslTrueAsLibpqDoes() {
        assertThat(good("postgresql://u@h/d?ssl=true").parameters()).isEqualTo(Map.of("sslmode", "require"));
    }

    @Test
    void acceptsParametersThatMatchItsBehavior() {
        assertThat(good("postgresql://u@h/d?channel_binding=prefer&gssencmode=disable&sslnegotiation=postgres"
                                + "&target_session_attrs=any&keepalives=1&keepalives_idle=30&keepalives_interval=10"
                                + "&keepalives_count=3&tcp_user_timeout=0&sslcompression=0&sslsni=1&sslcertmode=allow"
                                + "&ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=&client_encoding=utf8"
                                + "&load_balance_hosts=disable&krbsrvname=postgres&fallback_application_name=x")
                        .parameters())
                .isEmpty();
    }

    @Test
    void keepsRequiredChannelBinding() {
        assertThat(good("postgresql://u@h/d?sslmode=require&channel_binding=require")
                        .parameters())
                .isEqualTo(Map.of("sslmode", "require", "channel_binding", "require"));
    }

    /** The parameters of libpq 18. A new one must be added to UrlParameters and here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "service",
                "servicefile",
                "user",
                "password",
                "passfile",
                "channel_binding",
                "connect_timeout",
                "dbname",
                "host",
                "hostaddr",
                "port",
                "client_encoding",
                "options",
                "application_name",
                "fallback_application_name",
                "keepalives",
                "keepalives_idle",
                "keepalives_interval",
                "keepalives_count",
                "tcp_user_timeout",
                "sslmode",
                "sslnegotiation",
                "sslcompression",
                "sslcert",
                "sslkey",
                "sslcertmode",
                "sslpassword",
                "sslrootcert",
                "sslcrl",
                "sslcrldir",
                "sslsni",
                "requirepeer",
                "require_auth",
                "min_protocol_version",
                "max_protocol_version",
                "ssl_min_protocol_version",
                "ssl_max_protocol_version",
                "gssencmode",
                "krbsrvname",
                "gsslib",
                "gssdelegation",
                "replication",
                "target_session_attrs",
                "load_balance_hosts",
                "scram_client_key",
                "scram_server_key",
                "sslkeylogfile",
                "oauth_issuer",
                "oauth_client_id",
                "oauth_client_secret",
                "oauth_scope"
            })
    void knowsEveryParameterOfLibpq(String name) {
        List<String> problems = new ArrayList<>();
        ConnectionUrl.parse("postgresql://u@h/d?" + name + "=odd", problems::add);

        assertThat(problems).noneMatch(problem -> problem.contains("unknown"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hunter2                                        | must be a URL: postgresql://user@host:port/database
            host=db1 user=u password=hunter2               | must be a URL: postgresql://user@host:port/database
            POSTGRESQL://u:hunter2@h/d                     | must be a URL: postgresql://user@host:port/database
            mysql://u:hunter2@h/d                          | must be a URL: postgresql://user@host:port/database
            jdbc:postgresql://h/d?password=hunter2         | must begin with postgresql://, without jdbc:
            postgresql://u:hunter2 @h/d                    | holds a blank or a control character: write a blank as %20
            postgresql://                                  | names no user: postgresql://user@host:port/database
            postgresql://h/d                               | names no user: postgresql://user@host:port/database
            postgresql://:hunter2@h/d                      | names no user: postgresql://user@host:port/database
            postgresql://h:hunter2/d?hunter2               | names no user: postgresql://user@host:port/database
            postgresql://u:hunter2@                        | names no host: pgvigil connects by TCP, not by a Unix socket
            postgresql://u:hunter2@/d                      | names no host: pgvigil connects by TCP, not by a Unix socket
            postgresql://u:hunter2@:5432/d                 | names no host: pgvigil connects by TCP, not by a Unix socket
            postgresql://u:hunter2@%2Fvar%2Frun/d          | names no host: pgvigil connects by TCP, not by a Unix socket
            postgresql://u:hunter2@h1,h2/d                 | names several hosts: make each a target of its own
            postgresql://u:hunter2@h1:1,h2:2/d             | names several hosts: make each a target of its own
            postgresql://u:hunter2@h1%2Ch2/d               | names several hosts: make each a target of its own
            postgresql://u:hunter2@h!/d                    | names a host that is neither a DNS name nor an address
            postgresql://u:hunter2@-h/d                    | names a host that is neither a DNS name nor an address
            postgresql://u:hunter2@::1/d                   | has more than one : in host and port: an IPv6 address stands in brackets, [::1]:5432
            postgresql://u:hunter2@h:1:2/d                 | has more than one : in host and port: an IPv6 address stands in brackets, [::1]:5432
            postgresql://u:hunter2@[::1/d                  | names a host in brackets that is no IPv6 address, such as [::1]:5432
            postgresql://u:hunter2@[::1]5432/d             | names a host in brackets that is no IPv6 address, such as [::1]:5432
            postgresql://u:hunter2@[h]/d                   | names a host in brackets that is no IPv6 address, such as [::1]:5432
            postgresql://u:hunter2@[]/d                    | names a host in brackets that is no IPv6 address, such as [::1]:5432
            postgresql://u:hunter2@h:0/d                   | has a port that is no number from 1 to 65535
            postgresql://u:hunter2@h:65536/d               | has a port that is no number from 1 to 65535
            postgresql://u:hunter2@h:-1/d                  | has a port that is no number from 1 to 65535
            postgresql://u:hunter2@h:54x/d                 | has a port that is no number from 1 to 65535
            postgresql://u:hunter2@h:99999999999/d         | has a port that is no number from 1 to 65535
            postgresql://u:hunter2%@h/d                    | has a malformed percent escape in its password: write % itself as %25
            postgresql://u:%4hunter2@h/d                   | has a malformed percent escape in its password: write % itself as %25
            postgresql://u:%00hunter2@h/d                  | has a malformed percent escape in its password: write % itself as %25
            postgresql://u:hunter2%E4@h/d                  | has a malformed percent escape in its password: write % itself as %25
            postgresql://%zz:hunter2@h/d                   | has a malformed percent escape in its user name: write % itself as %25
            postgresql://u:hunter2@%zz/d                   | has a malformed percent escape in its host: write % itself as %25
            postgresql://u:hunter2@h/%zz                   | has a malformed percent escape in its database name: write % itself as %25
            postgresql://u:hu@nter2@h/d                    | has an @ too many: in a user name, password or database name write @ as %40, / as %2F and : as %3A
            postgresql://u:hu/nter2@h/d                    | has an @ too many: in a user name, password or database name write @ as %40, / as %2F and : as %3A
            postgresql://u:12/hunter2?x@h/d                | has an @ too many: in a user name, password or database name write @ as %40, / as %2F and : as %3A
            postgresql://u:hunter2@h/d/e                   | has a / too many: in a user name, password or database name write / as %2F
            postgresql://u@h/d?password=hunter2            | has the parameter password, which pgvigil does not take: use password-file, password-env or password
            postgresql://u:hunter2@h/d?port=1              | has the parameter port, which pgvigil does not take: it stands before the ?: postgresql://user@host:port/database
            postgresql://u:hunter2@h/d?application_name=x  | has the parameter application_name, which pgvigil does not take: it is always pgvigil
            postgresql://u:hunter2@h/d?host=/run/hunter2   | has the parameter host, which pgvigil does not take: it connects by TCP, not by a Unix socket
            postgresql://u:hunter2@h/d?service=hunter2     | has the parameter service, which pgvigil does not take: write into the URL what the service file says
            postgresql://u:hunter2@h/d?passfile=hunter2    | has the parameter passfile, which pgvigil does not take: use password-file, password-env or password
            postgresql://u:hunter2@h/d?gssencmode=require  | has the parameter gssencmode with a value that pgvigil does not take: it has no GSSAPI: write gssencmode=disable
            postgresql://u:hunter2@h/d?sslnegotiation=direct | has the parameter sslnegotiation with a value that pgvigil does not take: write sslnegotiation=postgres, which every server takes
            postgresql://u:hunter2@h/d?channel_binding=hunter2 | has the parameter channel_binding with a value that pgvigil does not take: its value is disable, prefer or require
            postgresql://u:hunter2@h/d?target_session_attrs=read-write | has the parameter target_session_attrs with a value that pgvigil does not take: write role: primary or role: replica for the target
            postgresql://u:hunter2@h/d?gssencmode=prefer&gssencmode=prefer | has the parameter gssencmode twice
            postgresql://u:hunter2@h/d?sslmod=hunter2      | has an unknown parameter sslmod; allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding
            postgresql://u:hunter2@h/d?%0A=hunter2         | has an unknown parameter; allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding
            postgresql://u:hunter2@h/d?hunter2             | has a parameter that is not name=value; allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding
            postgresql://u:hunter2@h/d?sslmode=a=hunter2   | has a parameter that is not name=value; allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding
            postgresql://u:hunter2@h/d?sslkey=%hunter2     | has a parameter that is not name=value; allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding
            postgresql://u:hunter2@h/d?sslmode=require&    | has a parameter that is not name=value; allowed are sslmode, sslrootcert, sslcert, sslkey and channel_binding
            postgresql://u:hunter2@h/d?sslmode=a&sslmode=b | has the parameter sslmode twice
            postgresql://u:hunter2@h/d?ssl=true&sslmode=b  | has the parameter sslmode twice
            """)
    void refusesInvalidUrlWithoutShowingPassword(String text, String message) {
        List<String> problems = new ArrayList<>();
        ConnectionUrl.parse(text, problems::add);

        assertThat(problems).containsExactly(message).noneMatch(problem -> problem.contains(SECRET));
    }

    @Test
    void reportsAllErrorsAtOnce() {
        assertThat(problems("postgresql://u:%@h:x/%?y=1&z"))
                .hasSize(5)
                .anyMatch(problem -> problem.contains("password"))
                .anyMatch(problem -> problem.contains("port"))
                .anyMatch(problem -> problem.contains("database name"))
                .anyMatch(problem -> problem.contains("unknown parameter y"))
                .anyMatch(problem -> problem.contains("not name=value"));
    }

    @Test
    void refusesBlanksAndControlCharacters() {
        for (char c : new char[] {' ', '\t', '\n', '\r', '\0', '\u007f', '\u0085', '\u00a0', '\u2028'}) {
            assertThat(problems("postgresql://u:p@h/d" + c)).hasSize(1);
        }
    }

    @Test
    void refusesUrlOverMaximumLength() {
        assertThat(problems("postgresql://u@h/" + "d".repeat(4096))).containsExactly("is longer than 4096 characters");
    }

    private static ConnectionUrl good(String text) {
        List<String> problems = new ArrayList<>();
        ConnectionUrl url = ConnectionUrl.parse(text, problems::add);

        assertThat(problems).isEmpty();
        assertThat(url).isNotNull();
        return url;
    }

    private static List<String> problems(String text) {
        List<String> problems = new ArrayList<>();
        @Nullable ConnectionUrl url = ConnectionUrl.parse(text, problems::add);

        assertThat(url).isNull();
        return problems;
    }
}
