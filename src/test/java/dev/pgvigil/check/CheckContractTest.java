package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of every check, on every PostgreSQL of this run, primary and standby, with only the published grants. */
class CheckContractTest {

    /** A hostile name: quotes, markup, a newline, a backslash, 63 bytes long. */
    private static final String HOSTILE = "a'b\"c\n<i>\\d$$e" + "ü".repeat(24);

    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

    private static final Map<String, PgServer> SERVERS = new LinkedHashMap<>();

    static List<Check<?>> checks() {
        return Catalogues.all();
    }

    /** Each check on each major, primary and standby. */
    static List<Arguments> everywhere() {
        List<Arguments> all = new ArrayList<>();
        for (int major : PgServer.majors()) {
            for (Check<?> check : checks()) {
                all.add(Arguments.of(check.name(), major, "primary", check));
                all.add(Arguments.of(check.name(), major, "standby", check));
            }
        }
        return all;
    }

    /** A standby has its primary's databases and roles. */
    @BeforeAll
    static void start() {
        for (int major : PgServer.majors()) {
            PgServer primary = PgServer.start(major);
            primary.createDatabase(HOSTILE);
            primary.sqlIn(HOSTILE, "create extension pg_stat_statements");
            primary.monitorRole("pgvigil", "unused");
            primary.sql("create role " + Sql.identifier(HOSTILE) + " login superuser");
            SERVERS.put(major + " standby", primary.standby());
            SERVERS.put(major + " primary", primary);
        }
    }

    private static PgServer server(int major, String role) {
        return Objects.requireNonNull(SERVERS.get(major + " " + role));
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(PgServer::close);
    }

    @ParameterizedTest(name = "{0} on {1}, {2}")
    @MethodSource("everywhere")
    <O> void collectsWithOnlyPublishedGrants(String name, int major, String role, Check<O> check) throws SQLException {
        PgServer server = server(major, role);
        Target target = Target.of("hostile", server.server("pgvigil", null), HOSTILE);
        try (Collecting asking = Collecting.of(target.server(), HOSTILE);
                Clients clients = new Clients(server, HOSTILE)) {
            clients.idle("app'\"\n<b>", HOSTILE);
            O observed = asking.collect(check);
            check.evaluate(observed, Previous.none(Evaluating.NOW), target)
                    .forEach(finding -> Evaluating.complete(check, finding));
            assertSnakeCase(JSON.valueToTree(observed));
            RecordedMetrics.of(check, observed)
                    .forEach(figure -> assertThat(figure.name())
                            .matches(check instanceof Compatibility ? "pg_[a-z0-9_]+" : "pgvigil_[a-z_]+"));
        }
    }

    @ParameterizedTest(name = "{0} on {1}, {2}")
    @MethodSource("everywhere")
    <O> void takesNoLockThatBlocksDdl(String name, int major, String role, Check<O> check) {
        PgServer server = server(major, role);
        try (Collecting asking = Collecting.of(server.server("pgvigil", null), HOSTILE)) {
            String locks = asking.inTransaction(session ->
                    check.collect(session).flatMap(observed -> session.row("""
                            select coalesce(string_agg(relation::bigint || ' ' || mode, ', '), 'none') from pg_locks
                            where pid = pg_backend_pid() and locktype = 'relation'
                              and (relation::bigint >= 16384 or mode <> 'AccessShareLock')""", row -> row.getString(0))));
            assertThat(locks).isEqualTo("none");
        }
    }

    @ParameterizedTest(name = "{0} on {1}, {2}")
    @MethodSource("everywhere")
    <O> void collectsWhileTableIsLockedAndWaitedFor(String name, int major, String role, Check<O> check)
            throws SQLException {
        PgServer server = server(major, role);
        if (role.equals("standby")) {
            return; // on a standby only replay takes such a lock
        }
        String table = PgServer.unique("locked");
        server.sqlIn(HOSTILE, "create table " + table + " (id int)");
        try (Collecting asking = Collecting.of(server.server("pgvigil", null), HOSTILE);
                Clients clients = new Clients(server, HOSTILE)) {
            clients.inTransaction("holder", "lock table " + table + " in access exclusive mode");
            clients.idle("waiter").begin("alter table " + table + " add column note text");
            await().until(() -> "1"
                    .equals(server.valueIn(
                            HOSTILE,
                            "select count(*) from pg_locks where mode = 'AccessExclusiveLock' and not granted")));
            assertThat((Object) asking.collect(check)).isNotNull();
        }
    }

    private static void assertSnakeCase(JsonNode node) {
        node.fieldNames().forEachRemaining(field -> assertThat(field).matches("[a-z0-9_]+|[A-Z_]+"));
        node.forEach(CheckContractTest::assertSnakeCase);
    }
}
