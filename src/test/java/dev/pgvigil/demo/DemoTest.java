package dev.pgvigil.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static Servers servers;
    private static Load load;

    @BeforeAll
    static void start() {
        servers = Servers.start();
        load = Load.start(servers);
    }

    @AfterAll
    static void end() {
        load.close();
        servers.close();
    }

    @Test
    void commitsFromEveryClient() {
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(clients(servers.primary())).isEqualTo(6);
            assertThat(clients(servers.standby())).isEqualTo(2);
            assertThat(clients(servers.old())).isEqualTo(2);
        });
        for (String database : new String[] {"shop", "bookings"}) {
            assertCommitsGrow(servers.primary(), database);
        }
        assertCommitsGrow(servers.standby(), "shop");
        assertCommitsGrow(servers.old(), "guests");
    }

    @Test
    void isolatesTenants() throws SQLException {
        try (Connection connection = servers.primary().jdbc("shop", "shop_app", null, "test");
                var statement = connection.createStatement()) {
            statement.execute("set app.tenant = '7'");
            try (var rows = statement.executeQuery("select min(tenant_id), max(tenant_id), count(*) from products")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(7);
                assertThat(rows.getInt(2)).isEqualTo(7);
                assertThat(rows.getInt(3)).isEqualTo(200);
            }
        }
    }

    @Test
    void refusesPgvigilWithoutPassword() throws SQLException {
        servers.old().jdbc("guests", "pgvigil", servers.password(), "test").close();
        assertThatThrownBy(() -> servers.standby().jdbc("shop", "pgvigil", "wrong", "test"))
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void blocksClientsBehindMigrationUntilItEnds() throws Exception {
        LockQueue fault = new LockQueue(servers.primary());

        fault.begin();
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(waiting("application_name = 'web-shop'")).isGreaterThanOrEqualTo(2));
        assertThat(waiting("application_name = 'migrations'")).isEqualTo(1);

        fault.heal();
        assertCommitsGrow(servers.primary(), "shop");
        assertThat(waiting("now() - query_start > interval '5 seconds'")).isZero();
    }

    @Test
    void takesAndReleases95PercentOfConnections() {
        ConnectionRush fault = new ConnectionRush(servers.primary());

        fault.begin();
        assertThat(clients(servers.primary())).isGreaterThanOrEqualTo(38);
        assertThatThrownBy(() -> servers.primary().jdbc("shop", "shop_app", null, "late"))
                .hasMessageContaining("remaining connection slots are reserved");

        fault.heal();
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(clients(servers.primary())).isLessThan(10));
    }

    @Test
    void answersAgainAfterFreeze() throws Exception {
        FrozenServer fault = new FrozenServer(servers.old());

        fault.begin();
        var asked = CompletableFuture.supplyAsync(() -> servers.old().value("select 1"));
        assertThatThrownBy(() -> asked.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        fault.heal();
        assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo("1");
    }

    @Test
    void writesNoPasswordToFleetFile(@TempDir Path directory) throws IOException {
        Path file = FleetFile.write(directory, servers);

        assertThat(file)
                .content()
                .doesNotContain(servers.password())
                .contains("    guests:\n      url: postgresql://pgvigil@127.0.0.1:"
                        + servers.old().port() + "/guests\n");
        assertThat(Files.readString(directory.resolve("password"))).isEqualTo(servers.password());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            status_changed | {"target":"shop","from":"healthy","to":"degraded"}                                            | shop: healthy → degraded
            opened         | {"target":"shop","finding":{"severity":"high","title":"Lock queue","observed":"3 sessions"}}  | shop: high, Lock queue: 3 sessions
            closed         | {"target":"shop","finding":{"severity":"high","title":"Lock queue","observed":"3 sessions"}}  | shop: resolved: Lock queue
            updated        | {"target":"shop","finding":{"severity":"high","title":"Lock queue","observed":"4 sessions"}}  | ``
            snapshot       | {"targets":[]}                                                                                | ``
            """)
    void printsEachChangeInOneLine(String event, String data, String line) throws IOException {
        assertThat(Narrator.said(event, new ObjectMapper().readTree(data))).isEqualTo(line);
    }

    private static void assertCommitsGrow(PgServer server, String database) {
        String query = "select xact_commit from pg_stat_database where datname = '" + database + "'";
        long before = number(server, query);
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(number(server, query)).isGreaterThan(before + 5));
    }

    private static long clients(PgServer server) {
        return number(server, "select count(*) from pg_stat_activity where usename like '%\\_app'");
    }

    private static long waiting(String which) {
        return number(
                servers.primary(), "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and " + which);
    }

    private static long number(PgServer server, String query) {
        return Long.parseLong(Objects.requireNonNull(server.value(query)));
    }
}
