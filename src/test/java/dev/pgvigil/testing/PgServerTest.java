package dev.pgvigil.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PgServerTest {

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void hasItsMajorAndIsSharedInTheJvm(int major) {
        PgServer server = PgServer.shared(major);

        assertThat(server.value("show server_version_num")).startsWith(String.valueOf(major));
        assertThat(PgServer.shared(major).port()).isEqualTo(server.port());
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void acceptsWithoutAnsweringWhileFrozenAndAnswersWhenThawed(int major) throws Exception {
        try (PgServer server = PgServer.start(major)) {
            server.sql("create table kept (id int)", "insert into kept values (1)");

            server.freeze();
            CompletableFuture<String> asked = CompletableFuture.supplyAsync(() -> server.value("select id from kept"));
            assertThatThrownBy(() -> asked.get(700, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

            server.thaw();
            assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void restartsWithSameDataAndPortAfterStopKillOrFreeze(int major) {
        try (PgServer server = PgServer.start(major)) {
            server.sql("create table kept (id int)", "insert into kept values (1)", "checkpoint");

            server.kill();
            assertThatThrownBy(() -> server.value("select 1")).hasMessageContaining("refused");
            server.restart();
            assertThat(server.value("select id from kept")).isEqualTo("1");

            server.freeze();
            server.restart();
            assertThat(server.value("select id from kept")).isEqualTo("1");
        }
    }

    /** Else the machine runs out of it after 4096 servers. */
    @Test
    void leavesNoSharedMemoryWhenItIsKilled() throws IOException {
        String segment;
        try (PgServer server = PgServer.start(PgServer.majors().getLast())) {
            segment = Files.readAllLines(server.data().resolve("postmaster.pid"))
                    .get(6)
                    .strip()
                    .split(" +", -1)[1];
            assertThat(sharedMemory()).contains(segment);
            server.kill();
            assertThat(sharedMemory()).contains(segment);
        }
        assertThat(sharedMemory()).doesNotContain(segment);
    }

    private static List<String> sharedMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
                .map(line -> line.strip().split(" +", -1)[1])
                .toList();
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void streamsToStandbyPausesAndPromotesIt(int major) {
        try (PgServer primary = PgServer.start(major);
                PgServer standby = primary.standby()) {
            assertThat(standby.value("select pg_is_in_recovery()")).isEqualTo("t");

            primary.sql("create table kept (id int)");
            Waiting.until("the table is there", () -> "1".equals(standby.value("""
                    select count(*) from pg_class where relname = 'kept'""")));

            standby.pauseReplay();
            primary.sql("insert into kept values (1)");
            String sent = primary.value("select pg_current_wal_lsn()");
            Waiting.until(
                    "it has received the row",
                    () -> "t".equals(standby.value("select pg_last_wal_receive_lsn() >= '" + sent + "'")));
            assertThat(standby.value("select count(*) from kept")).isEqualTo("0");
            standby.resumeReplay();
            Waiting.until("it has applied the row", () -> "1".equals(standby.value("select count(*) from kept")));

            standby.promote();
            standby.sql("insert into kept values (2)");
            assertThat(standby.value("select count(*) from kept")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void grantsMonitorRoleOnlyThePublishedGrants(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String role = PgServer.unique("watch \"er'");
        server.monitorRole(role, "it's secret");

        try (Connection connection = server.jdbc("postgres", role, "it's secret", "test");
                var rows = connection.createStatement().executeQuery("""
                        select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls, rolconnlimit,
                            pg_has_role('pg_monitor', 'usage'), (select count(*) from pg_auth_members where member = r.oid)
                        from pg_roles r where rolname = current_user""")) {
            rows.next();
            assertThat(rows.getBoolean(1)).isFalse();
            assertThat(rows.getInt(2)).isEqualTo(8);
            assertThat(rows.getBoolean(3)).isTrue();
            assertThat(rows.getInt(4)).isEqualTo(major >= 16 ? 2 : 1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void refusesOrdinaryRolesWhileFullAndAcceptsThemAfterwards(int major) throws SQLException {
        try (PgServer server = PgServer.start(major, Map.of("max_connections", "12"))) {
            server.sql("create role app login");
            try (ConnectionStorm storm = server.fillConnections()) {
                assertThat(storm.size()).isBetween(7, 9);
                assertThatThrownBy(() ->
                                server.jdbc("postgres", "app", null, "app").close())
                        .isInstanceOf(SQLException.class)
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isEqualTo("53300");
            }
            Waiting.until(
                    "the slots are free",
                    () -> "0"
                            .equals(server.value(
                                    "select count(*) from pg_stat_activity where application_name = 'storm'")));
            server.jdbc("postgres", "app", null, "app").close();
        }
    }
}
