package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgvigil.postgres.Grants.Level;
import dev.pgvigil.testing.PgServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each level's script gives what it promises, on the oldest and the newest PostgreSQL, and nothing more. */
class GrantsTest {

    private static final String PRIVILEGE = "42501";

    static List<Integer> majors() {
        return PgServer.majors();
    }

    /** A database with tables of an application and of migration tools, and a role with these levels. */
    private record Granted(PgServer server, String database) {

        static Granted upTo(Level level, int major) {
            PgServer server = PgServer.shared(major);
            server.server();
            Granted granted = new Granted(server, server.newDatabase("grants"));
            granted.sql(
                    "create extension pg_stat_statements",
                    "revoke create on schema public from public",
                    "create schema tool",
                    "create table customer (id int primary key, name text)",
                    "insert into customer select i, 'customer ' || i from generate_series(1, 1000) i",
                    "create table events (id int, event text)",
                    "create table migrations (id int, bird text)",
                    "create table tool.migrations (id int, migration text, batch int)",
                    "create table flyway_schema_history (installed_rank int, version text, description text, type text,"
                            + " script text, installed_on timestamp, success bool)",
                    "create table \"SequelizeMeta\" (name text)");
            for (Level one : Level.values()) {
                if (one != Level.L0 && one.compareTo(level) <= 0) {
                    // Twice: a script can be run again.
                    granted.sql(one.script(), one.script());
                }
            }
            return granted;
        }

        void sql(String... statements) {
            server.sqlIn(database, statements);
        }

        /** The first column, as pgvigil. */
        List<@Nullable String> column(String query) {
            try (Connection connection = server.jdbc(database, "pgvigil", null, "test");
                    Statement statement = connection.createStatement();
                    ResultSet rows = readOnly(connection, statement, query)) {
                List<@Nullable String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
                return values;
            } catch (SQLException e) {
                throw new AssertionError(query, e);
            }
        }

        /** As the sessions of pgvigil are. */
        private static ResultSet readOnly(Connection connection, Statement statement, String query)
                throws SQLException {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            return statement.executeQuery(query);
        }

        void refuses(String... statements) {
            for (String sql : statements) {
                assertThatThrownBy(() -> {
                            try (Connection connection = server.jdbc(database, "pgvigil", null, "test");
                                    Statement statement = connection.createStatement()) {
                                statement.execute(sql);
                            }
                        })
                        .as(sql)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                thrown ->
                                        assertThat(thrown.getSQLState()).as(sql).isEqualTo(PRIVILEGE));
            }
        }

        /** The tables of which pgvigil may read a column. */
        List<@Nullable String> readable() {
            return column("select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                    + " where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'"
                    + " and c.relkind in ('r', 'p') and has_any_column_privilege(c.oid, 'select, insert, update, references')"
                    + " and has_schema_privilege(n.oid, 'usage') order by 1");
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void noLevelGivesMoreThanItSays(int major) throws SQLException {
        for (Level level : Level.values()) {
            Granted granted = Granted.upTo(level, major);
            try (Connection other = granted.server.jdbc(granted.database, "postgres", null, "other")) {
                String pid = "(select pid from pg_stat_activity where application_name = 'other'"
                        + " and datname = current_database())";
                assertThat(granted.column("select " + pid)).doesNotContainNull();
                granted.refuses("select pg_terminate_backend(" + pid + ")", "select pg_cancel_backend(" + pid + ")");
                assertThat(other.isValid(5)).isTrue();
            }
            granted.refuses(
                    "select * from customer",
                    "select * from events",
                    "select * from migrations",
                    "update customer set name = ''",
                    "delete from flyway_schema_history",
                    "create table public.mine ()",
                    "create table tool.mine ()",
                    "create schema mine",
                    "create role mine",
                    "create database mine",
                    "alter system set work_mem = '1GB'",
                    "select rolpassword from pg_authid",
                    "select passwd from pg_shadow",
                    "select * from pg_statistic",
                    "select pg_read_file('PG_VERSION')",
                    "select pg_reload_conf()",
                    "select pg_stat_statements_reset()",
                    "select pg_stat_reset()",
                    "copy customer to stdout",
                    "explain select * from customer",
                    "set role postgres");
            assertThat(granted.column("select rolname from pg_roles where pg_has_role(oid, 'member') order by 1"))
                    .doesNotContain("postgres", "pgvigil_planner", "pg_read_all_data", "pg_signal_backend")
                    .contains("pg_monitor", "pgvigil");
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void levelZeroReadsStatisticsOfAllAndNoTable(int major) throws SQLException {
        Granted granted = Granted.upTo(Level.L0, major);
        try (Connection other = granted.server.jdbc(granted.database, "postgres", null, "somebody");
                Statement statement = other.createStatement()) {
            statement.execute("select 'seen by level 0'");
            assertThat(granted.column("select query from pg_stat_activity where application_name = 'somebody'"
                            + " and datname = current_database()"))
                    .containsExactly("select 'seen by level 0'");
        }
        assertThat(granted.column("select count(*) > 0 from pg_stat_statements where query like '%generate_series%'"))
                .containsExactly("t");
        assertThat(granted.column("select current_setting('data_directory') <> ''"))
                .containsExactly("t");
        assertThat(granted.readable()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void levelOneReadsHistoriesOfMigrationToolsAndNoOtherTable(int major) {
        Granted granted = Granted.upTo(Level.L1, major);

        assertThat(granted.readable())
                .containsExactlyInAnyOrder("flyway_schema_history", "\"SequelizeMeta\"", "tool.migrations");
        assertThat(granted.column("select count(*) from tool.migrations")).containsExactly("0");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void levelTwoPlansStatementsOfOthersAndReadsNoFurtherTable(int major) throws SQLException {
        Granted granted = Granted.upTo(Level.L2, major);
        String role = PgServer.unique("app");
        granted.sql(
                "create role " + role + " login",
                "grant select, update on customer to " + role,
                "create function public.peek(int) returns int language sql immutable as 'select $1'",
                "alter function public.peek(int) owner to " + role);
        try (Connection app = granted.server.jdbc(granted.database, role, null, "app");
                Statement statement = app.createStatement()) {
            statement.execute("/* shop */ select name from customer where id = 7");
            statement.execute("update customer set name = 'x' where id = 8");
            statement.execute("select name from customer where id = peek(9)");
            statement.execute("select name from customer where name = ';'");
            statement.execute("begin; select count(*) from customer; commit");
            statement.execute("show work_mem");
        }
        granted.column("select 'own statement'");

        assertThat(granted.readable())
                .containsExactlyInAnyOrder("flyway_schema_history", "\"SequelizeMeta\"", "tool.migrations");
        assertThat(plan(granted, "%where id = $1")).contains("Index Scan using customer_pkey on customer");
        assertThat(plan(granted, "select count(*) from customer")).contains("Aggregate");
        assertThat(plan(granted, "update customer%")).isEqualTo(PRIVILEGE);
        assertThat(plan(granted, "select name from customer%peek(%"))
                .isEqualTo("calls a function of a role that is no superuser");
        assertThat(plan(granted, "show work_mem")).isEqualTo("not a query");
        assertThat(plan(granted, "select $1", "pgvigil")).isEqualTo("nothing");
        assertThat(granted.server.valueIn(granted.database, "select count(*) from customer where name = 'x'"))
                .isEqualTo("1");

        assertThatThrownBy(() -> granted.sql("select pgvigil.generic_plans('{1}')"))
                .hasMessageContaining("only in a read-only transaction");
        granted.sql("grant pg_write_all_data to pgvigil_planner");
        try {
            assertThat(plan(granted, "update customer%"))
                    .contains("ModifyTable")
                    .contains("customer_pkey");
        } finally {
            granted.sql("revoke pg_write_all_data from pgvigil_planner");
        }
        granted.sql("grant create on schema public to public");
        assertThat(plan(granted, "select count(*) from customer")).isEqualTo("42P01");
        assertThat(granted.server.valueIn(granted.database, "select count(*) from customer where name = 'x'"))
                .isEqualTo("1");
    }

    private static String plan(Granted granted, String text) {
        return plan(granted, text, "%");
    }

    /** The nodes of the plan, or the error, or why it is refused. */
    private static String plan(Granted granted, String text, String role) {
        String ids =
                "(select array_agg(distinct s.queryid) from public.pg_stat_statements s join pg_database d on d.oid ="
                        + " s.dbid join pg_roles r on r.oid = s.userid where d.datname = current_database() and r.rolname like '"
                        + role
                        + "' and s.query like '" + text + "')";
        List<@Nullable String> found = granted.column(
                "select coalesce((node ->> 'Node Type') || coalesce(' using ' || (node ->> 'Index Name') || ' on ' ||"
                        + " (node ->> 'Relation Name'), ' ' || plan::text), error, refused)"
                        + " from pgvigil.generic_plans(" + ids
                        + "), lateral (select plan::jsonb -> 0 -> 'Plan') plans(node)");
        assertThat(found).hasSizeLessThanOrEqualTo(1);
        return found.isEmpty() ? "nothing" : String.valueOf(found.getFirst());
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    void printsTheDocumentedScript(Level level) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> args = level == Level.L0 ? List.of() : List.of(level.name().toLowerCase(Locale.ROOT));

        assertThat(Grants.run(args, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err)))
                .isZero();

        String file = level == Level.L0 ? "grants.sql" : "grants-" + args.getFirst() + ".sql";
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(Files.readString(Path.of("docs", file)));
        assertThat(err.size()).isZero();
    }

    @Test
    void rejectsUnknownLevel() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertThat(Grants.run(List.of("L7"), new PrintStream(out), new PrintStream(err, true, StandardCharsets.UTF_8)))
                .isEqualTo(2);

        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("usage: pgvigil grants [L0|L1|L2]\n");
    }
}
