package dev.pgvigil.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.tenant.IsolationState.Cell;
import dev.pgvigil.tenant.IsolationState.Line;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random roles, memberships, grants, owners and policies: the matrix says what the server does. */
class AccessMatrixTest {

    private static final int ROUNDS = Integer.getInteger("pgvigil.matrix.rounds", 3);
    private static final int ROLES = 6;
    private static final int TABLES = 5;
    private static final int ROWS = 12;
    private static final String PRIVILEGE = "42501";

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void saysWhatTheServerLetsEachRoleSee(int major) throws SQLException {
        try (PgServer server = PgServer.start(major)) {
            for (int round = 0; round < ROUNDS; round++) {
                round(server, major, new Random(20_26_11L * 1000 + round));
            }
        }
    }

    private static void round(PgServer server, int major, Random random) throws SQLException {
        List<String> statements = new ArrayList<>();
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < ROLES; i++) {
            String role = "{u}r" + i;
            roles.add(role);
            statements.add("create role " + role + (random.nextInt(6) == 0 ? " bypassrls" : "")
                    + (random.nextInt(8) == 0 ? " superuser" : "") + (random.nextInt(3) == 0 ? " noinherit" : ""));
        }
        // Only to later roles, so that there is no cycle.
        for (int i = 0; i < ROLES; i++) {
            for (int j = i + 1; j < ROLES; j++) {
                if (random.nextInt(4) == 0) {
                    statements.add("grant " + roles.get(i) + " to " + roles.get(j) + option(major, random));
                }
            }
        }
        if (random.nextInt(3) == 0) {
            statements.add("grant pg_read_all_data to " + roles.get(random.nextInt(ROLES)));
        }
        statements.add("create schema open");
        statements.add("create schema closed");
        statements.add("grant usage on schema open to public");
        statements.add("grant usage on schema closed to " + roles.get(random.nextInt(ROLES)));
        for (int i = 0; i < TABLES; i++) {
            table(statements, (random.nextInt(3) == 0 ? "closed" : "open") + ".t" + i, roles, random);
        }
        try (TenantScene scene = TenantScene.on(server, statements)) {
            scene.configured(new Tenancy(
                    Layout.Wanted.AUTO,
                    "tenant_id",
                    "",
                    "",
                    "",
                    List.of(scene.unique + "r*"),
                    List.of(),
                    List.of(),
                    Tenancy.Probing.OFF,
                    List.of(),
                    1));
            verify(scene, scene.collect());
        }
    }

    private static String option(int major, Random random) {
        return major < 16 ? "" : " with inherit " + random.nextBoolean() + ", set " + random.nextBoolean();
    }

    private static void table(List<String> statements, String table, List<String> roles, Random random) {
        statements.add("create table " + table + " (tenant_id int not null, note text)");
        statements.add("insert into " + table + " select i % 3, 'note' from generate_series(1, " + ROWS + ") i");
        statements.add("alter table " + table + " owner to " + roles.get(random.nextInt(ROLES)));
        if (random.nextInt(4) != 0) {
            statements.add("alter table " + table + " enable row level security");
        }
        if (random.nextInt(3) == 0) {
            statements.add("alter table " + table + " force row level security");
        }
        for (String role : roles) {
            switch (random.nextInt(5)) {
                case 0 -> statements.add("grant select on " + table + " to " + role);
                case 1 -> statements.add("grant select (tenant_id) on " + table + " to " + role);
                case 2 -> statements.add("grant insert, delete on " + table + " to " + role);
                case 3 -> statements.add("revoke all on " + table + " from " + role);
                default -> {}
            }
        }
        if (random.nextInt(5) == 0) {
            statements.add("grant select on " + table + " to public");
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            String command = List.of("all", "select", "update", "delete").get(random.nextInt(4));
            String using = List.of("true", "false", "tenant_id = 1", "tenant_id = current_setting('app.tenant')::int")
                    .get(random.nextInt(4));
            String to = random.nextBoolean() ? "public" : roles.get(random.nextInt(ROLES));
            statements.add("create policy p" + i + " on " + table + " as "
                    + (random.nextInt(4) == 0 ? "restrictive" : "permissive") + " for " + command + " to " + to
                    + " using ("
                    + using + ")");
        }
    }

    private static void verify(TenantScene scene, IsolationState state) throws SQLException {
        assertThat(state.matrix()).hasSize(TABLES);
        Map<String, Integer> seen = new HashMap<>();
        for (Line line : state.matrix()) {
            assertThat(line.cells()).isNotEmpty();
            for (Cell cell : line.cells()) {
                String what = cell.role() + " on " + line.table() + ": " + cell;
                seen.merge(cell.access().name(), 1, Integer::sum);
                String rows = count(scene, cell.role(), line.table());
                boolean active = active(scene, cell.role(), line.table());
                switch (cell.access()) {
                    case NONE -> assertThat(rows).as(what).isEqualTo(PRIVILEGE);
                    case OPEN, OWNER, BYPASS -> {
                        assertThat(active).as(what).isFalse();
                        assertThat(rows).as(what).isIn(String.valueOf(ROWS), PRIVILEGE);
                    }
                    case ENFORCED -> {
                        assertThat(active).as(what).isTrue();
                        policies(what, String.valueOf(cell.reads()), rows);
                    }
                }
            }
        }
        assertThat(seen).isNotEmpty();
    }

    /** A role that may insert, but not select, is told nothing by a count. */
    private static void policies(String what, String reads, String rows) {
        if (rows.equals(PRIVILEGE)) {
            return;
        }
        switch (reads) {
            case "DENIED" -> assertThat(rows).as(what).isEqualTo("0");
            case "UNSCOPED" -> assertThat(rows).as(what).isEqualTo(String.valueOf(ROWS));
            case "SCOPED" -> assertThat(rows).as(what).isIn("0", String.valueOf(ROWS / 3));
            default -> assertThat(reads).as(what).isEqualTo("REVIEW");
        }
    }

    private static String count(TenantScene scene, String role, String table) throws SQLException {
        return as(scene, role, "select count(tenant_id) from " + table);
    }

    private static boolean active(TenantScene scene, String role, String table) throws SQLException {
        String oid = scene.server.valueIn(scene.database, "select '" + table + "'::regclass::oid");
        return "t".equals(as(scene, role, "select row_security_active(" + oid + "::oid)"));
    }

    private static String as(TenantScene scene, String role, String query) throws SQLException {
        try (Connection connection = scene.server.jdbc(scene.database);
                Statement statement = connection.createStatement()) {
            statement.execute("set app.tenant = '1'");
            statement.execute("set role " + role);
            try (ResultSet result = statement.executeQuery(query)) {
                result.next();
                return result.getString(1);
            } catch (SQLException e) {
                return e.getSQLState();
            }
        }
    }
}
