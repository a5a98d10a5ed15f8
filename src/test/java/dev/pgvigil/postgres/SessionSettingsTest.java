package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.Monitoring;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.PoolerProxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionSettingsTest {

    private static final int NEWEST = PgServer.majors().getLast();
    private static final int LOGIN_TRIGGERS_SINCE = 17;

    private static final Map<String, String> EXPECTED = Map.of(
            "default_transaction_read_only", "on",
            "lock_timeout", "100ms",
            "statement_timeout", "500ms",
            "search_path", "pg_catalog",
            "TimeZone", "UTC");

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void appliesSettingsToSession(int major) {
        try (Collecting asking = Collecting.of(PgServer.shared(major), "postgres")) {
            EXPECTED.forEach(
                    (name, value) -> assertThat(setting(asking, name)).as(name).isEqualTo(value));
        }
    }

    @Test
    void refusesPoolerThatDropsSettings() {
        PgServer server = PgServer.shared(NEWEST);
        try (PoolerProxy pooler = PoolerProxy.before(server)) {
            Server through =
                    new Server(pooler.host(), pooler.port(), server.server().user(), null, new Tls(Tls.Mode.DISABLE));
            Failure failure = Collecting.refused(through, "postgres");

            assertThat(failure.reason()).isEqualTo(Reason.UNSUPPORTED);
            assertThat(failure.message())
                    .contains("default_transaction_read_only is off, not on")
                    .contains("statement_timeout is 0, not 500")
                    .contains("connection pooler");
        }
    }

    @Test
    void restoresSettingsChangedByLoginTrigger() {
        if (NEWEST < LOGIN_TRIGGERS_SINCE) {
            return;
        }
        PgServer server = PgServer.shared(NEWEST);
        String database = withLoginTrigger(
                server,
                "perform set_config('statement_timeout', '0', false); perform set_config('search_path', 'public', false);");
        try (Collecting asking = Collecting.of(server, database)) {
            EXPECTED.forEach(
                    (name, value) -> assertThat(setting(asking, name)).as(name).isEqualTo(value));
        }
    }

    @Test
    void connectsReadOnlyDespiteWritingLoginTrigger() {
        if (NEWEST < LOGIN_TRIGGERS_SINCE) {
            return;
        }
        PgServer server = PgServer.shared(NEWEST);
        String database = withLoginTrigger(server, "insert into logins values (session_user, now());");
        try (Collecting asking = Collecting.of(server, database)) {
            EXPECTED.forEach(
                    (name, value) -> assertThat(setting(asking, name)).as(name).isEqualTo(value));
        }
        assertThat(server.valueIn(database, "select count(*) > 0 from logins where name = 'pgvigil'"))
                .isEqualTo("t");
    }

    @Test
    void reportsFailingLoginTriggerForItsDatabaseOnly() {
        if (NEWEST < LOGIN_TRIGGERS_SINCE) {
            return;
        }
        PgServer server = PgServer.shared(NEWEST);
        String refusing = withLoginTrigger(
                server, "if session_user = 'pgvigil' then raise exception 'closed for maintenance'; end if;");
        Target first = server.target("refusing", refusing);
        Target second = server.target("open", "postgres");
        try (Monitoring monitoring = Monitoring.with(Catalogues.all(), first, second)) {
            monitoring.awaitStatus("open", Status.HEALTHY);
            Finding found = monitoring.awaitFinding("refusing", "capabilities/login-trigger");
            assertThat(found.observed()).contains("closed for maintenance");
            assertThat(found.sql()).contains("pg_event_trigger");
            assertThat(monitoring.status("open")).isEqualTo(Status.HEALTHY);
            assertThat(monitoring.changes())
                    .noneMatch(change -> change.toString().contains("UNHEALTHY"));
        }
    }

    private static String withLoginTrigger(PgServer server, String body) {
        server.server();
        String database = server.newDatabase("trigger");
        server.sqlIn(
                database,
                "create table logins (name text, at timestamptz)",
                "grant insert on logins to public",
                "create function on_login() returns event_trigger language plpgsql as $$ begin " + body + " end $$",
                "create event trigger on_login on login execute function on_login()");
        return database;
    }

    private static String setting(Collecting asking, String name) {
        return asking.ask(session ->
                session.row("select pg_catalog.current_setting(" + Sql.literal(name) + ")", row -> row.getString(0)));
    }
}
