package dev.pgvigil.check.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.maintenance.Vacuum.Table;
import dev.pgvigil.check.maintenance.Vacuum.Tables;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class VacuumTest {

    private static final Vacuum CHECK = new Vacuum();
    private static final Target SHOP = Evaluating.target("shop");

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "9999, 1000, 1800, ",
            "10000, 5001, 1800, ",
            "10000, 5000, 1799, ",
            "10000, 5000, 1800, MEDIUM",
            "49999, 5000, 1800, MEDIUM",
            "50000, 5000, 1800, MEDIUM",
            "50001, 5000, 1800, HIGH",
        })
        void reportsDeadRowsByNumberFactorAndTime(long dead, long due, double seconds, @Nullable Severity severity) {
            List<Finding> findings =
                    Evaluating.evaluate(CHECK, due(table(dead, due, true, false, 7200.0, seconds)), SHOP);

            if (severity == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).extracting(Finding::key).containsExactly("vacuum/dead-rows");
                assertThat(findings.getFirst().severity()).isEqualTo(severity);
                assertThat(findings.getFirst().status()).isEqualTo(Status.DEGRADED);
            }
        }

        @Test
        void saysWhyTheRowsAreStillThere() {
            assertThat(cause(true, 60.0)).contains("was vacuumed 60 s ago, but the rows stayed");
            assertThat(cause(true, 7200.0)).startsWith("The last vacuum ended 2 h ago");
            assertThat(cause(true, null)).startsWith("The table was never vacuumed");
            assertThat(cause(false, 60.0)).startsWith("autovacuum_enabled is off");
        }

        @Test
        void leavesAloneWhatIsBeingVacuumed() {
            assertThat(Evaluating.evaluate(CHECK, due(table(90_000, 100, true, true, null, 9000)), SHOP))
                    .isEmpty();
        }

        @Test
        void advisesOnTablesWithAutovacuumOff() {
            Finding found = Evaluating.one(CHECK, due(table(20_000, 5_000, false, false, null, 0)), SHOP);

            assertThat(found.key()).isEqualTo("vacuum/disabled");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.sql()).isEqualTo("alter table \"public\".\"it\"\"s\" reset (autovacuum_enabled)");
            assertThat(Evaluating.evaluate(CHECK, due(table(9_999, 5, false, false, null, 0)), SHOP))
                    .isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"1.499, 0", "1.5, 1"})
        void reportsTablesThatShouldHaveBeenFrozen(double ratio, int findings) {
            Table old = new Table(1, "public", "orders", true, 0, 9, 50, true, 300_000_000, 5, ratio, null, false, 0);

            List<Finding> found = Evaluating.evaluate(CHECK, new Tables(List.of(), 0, List.of(old)), SHOP);

            assertThat(found).hasSize(findings);
            assertThat(found).allSatisfy(one -> {
                assertThat(one.key()).isEqualTo("vacuum/freeze");
                assertThat(one.observed()).startsWith("1 table; public.orders (TOAST) is 300 million transactions");
            });
        }

        @Test
        void exportsWhatIsDue() {
            List<RecordedMetrics.Figure> figures =
                    RecordedMetrics.of(CHECK, new Tables(List.of(table(90, 50, true, false, null, 12)), 33, List.of()));

            assertThat(RecordedMetrics.value(figures, "pgvigil_vacuum_due_tables"))
                    .isEqualTo(33);
            assertThat(RecordedMetrics.value(figures, "pgvigil_vacuum_due_seconds"))
                    .isEqualTo(12);
            assertThat(RecordedMetrics.value(figures, "pgvigil_vacuum_dead_rows"))
                    .isEqualTo(90);
        }

        private static String cause(boolean enabled, @Nullable Double ago) {
            return String.valueOf(Evaluating.evaluate(CHECK, due(table(90_000, 100, enabled, false, ago, 3000)), SHOP)
                    .getFirst()
                    .cause());
        }

        private static Tables due(Table table) {
            return new Tables(List.of(table), 1, List.of());
        }

        private static Table table(
                long dead, long due, boolean enabled, boolean running, @Nullable Double ago, double seconds) {
            return new Table(1, "public", "it\"s", false, dead, 50_000, due, enabled, 5, 5, 0.1, ago, running, seconds);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsDeadRowsUntilVacuum(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        Target target = Evaluating.target(
                database, Map.of("vacuum.overdue", 0.001, "vacuum.dead-rows", 1000.0, "vacuum.factor", 1.0));
        server.sqlIn(
                database,
                "create table orders with (autovacuum_enabled = off) as select generate_series(1, 5000) as id",
                "vacuum analyze orders",
                "create table quiet with (autovacuum_enabled = off, autovacuum_vacuum_threshold = 4000) as table orders",
                "vacuum analyze quiet",
                "delete from orders where id <= 3000",
                "delete from quiet where id <= 3000");
        try (Collecting collecting = Collecting.of(server, database)) {
            await().until(() -> dead(collecting, "orders") == 3000);
            Tables seen = collecting.collect(CHECK);
            assertThat(seen.due()).extracting(Table::relname).contains("orders").doesNotContain("quiet");
            Table orders = table(seen, "orders");
            assertThat(orders.due()).isEqualTo(1050);
            assertThat(orders.enabled()).isFalse();
            assertThat(orders.vacuumedSecondsAgo()).isNotNull();
            assertThat(orders.dueSeconds()).isPositive();
            List<Finding> findings = Evaluating.evaluate(CHECK, seen, target);
            assertThat(findings).extracting(Finding::key).containsExactly("vacuum/dead-rows", "vacuum/disabled");

            try (Clients clients = new Clients(server, database)) {
                clients.inTransaction(
                        "report", "set transaction isolation level repeatable read", "select count(*) from pg_class");
                server.sqlIn(database, "delete from orders where id <= 4000");
                server.sqlIn(database, String.valueOf(findings.getFirst().sql()));
                await().until(() -> dead(collecting, "orders") >= 1000);
            }
            server.sqlIn(
                    database,
                    String.valueOf(findings.getFirst().sql()),
                    String.valueOf(findings.getLast().sql()));
            await().untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                    .isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void readsFreezeAgesOfToastTablesByTheirOwnSettings(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table orders (id int, note text) with (autovacuum_freeze_max_age = 100000)",
                "create temp table x (i int)",
                "do $$ begin for i in 1..2000 loop begin insert into x values (i);"
                        + " exception when division_by_zero then null; end; end loop; end $$");
        try (Collecting collecting = Collecting.of(server, database)) {
            List<Table> oldest = collecting.collect(CHECK).oldest();

            assertThat(oldest.getFirst().relname()).isEqualTo("orders");
            assertThat(oldest.getFirst().freezeRatio()).isGreaterThan(0.02);
            assertThat(oldest)
                    .filteredOn(table -> table.relname().equals("orders") && table.toast())
                    .singleElement()
                    .satisfies(toast -> assertThat(toast.freezeRatio()).isGreaterThan(0.02));
            Target strict = Evaluating.target(database, Map.of("vacuum.freeze-percent", 2.0));
            assertThat(Evaluating.one(CHECK, collecting.collect(CHECK), strict).key())
                    .isEqualTo("vacuum/freeze");
            server.sqlIn(database, "vacuum (freeze) orders");
            assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), strict))
                    .isEmpty();
        }
    }

    private static long dead(Collecting collecting, String name) {
        return collecting.collect(CHECK).due().stream()
                .filter(table -> table.relname().equals(name))
                .mapToLong(Table::dead)
                .sum();
    }

    private static Table table(Tables seen, String name) {
        return seen.due().stream()
                .filter(table -> table.relname().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
