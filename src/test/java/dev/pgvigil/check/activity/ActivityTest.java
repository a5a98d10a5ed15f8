package dev.pgvigil.check.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.activity.Activity.Backend;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActivityTest {

    /** Ends with a byte that starts a four-byte sequence in UTF-8. */
    private static final String LATIN = "select pg_sleep(60), 'x' as caf\u00e9 -- \u00f0";

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void decodesStatementInTheEncodingOfItsDatabase(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String latin = PgServer.unique("latin");
        String ascii = PgServer.unique("ascii");
        server.sql(
                "create database " + latin + " template template0 encoding LATIN1 lc_collate 'C' lc_ctype 'C'",
                "create database " + ascii + " template template0 encoding SQL_ASCII lc_collate 'C' lc_ctype 'C'");
        try (Clients clients = new Clients(server, latin);
                Collecting utf = Collecting.of(server, "postgres");
                Collecting plain = Collecting.of(server, ascii)) {
            assertThat(server.value("show server_encoding")).isEqualTo("UTF8");
            clients.idle("report").begin(LATIN);

            assertThat(awaited(utf, latin).query()).isEqualTo("select pg_sleep(?), ? as caf\u00e9");
            assertThat(awaited(plain, latin).query()).isEqualTo("select pg_sleep(?), ? as caf\u00e9");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void cutsLongStatement(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        try (Clients clients = new Clients(server, database);
                Collecting asking = Collecting.of(server, database)) {
            clients.idle("report").begin("select pg_sleep(60), '" + "secret ".repeat(2000) + "'");
            Backend found = awaited(asking, database);
            assertThat(found.query()).isEqualTo("select pg_sleep(?), ?");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void leavesOutIdleSessionsAndItsOwn(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        try (Clients clients = new Clients(server, database);
                Collecting asking = Collecting.of(server, database)) {
            clients.idle("idle");
            clients.inTransaction("open", "select 1");

            Activity activity = asking.ask(Activity::of);
            assertThat(activity.complete()).isTrue();
            assertThat(activity.backends().stream().filter(one -> database.equals(one.datname())))
                    .extracting(Backend::applicationName)
                    .containsExactly("open");
        }
    }

    private static Backend awaited(Collecting asking, String database) {
        return await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> asking.ask(Activity::of).backends().stream()
                                .filter(one -> database.equals(one.datname()) && one.active())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}
