package dev.pgvigil.check.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Clients.Client;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.maintenance.XminHorizon.Holder;
import dev.pgvigil.check.maintenance.XminHorizon.Horizon;
import dev.pgvigil.check.maintenance.XminHorizon.Kind;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class XminHorizonTest {

    private static final XminHorizon CHECK = new XminHorizon();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Target SHOP = Evaluating.target("shop");

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "9999999, ",
            "10000000, MEDIUM",
            "99999999, MEDIUM",
            "100000000, HIGH",
        })
        void reportsByAge(long age, @Nullable Severity severity) {
            for (Kind kind : Kind.values()) {
                List<Finding> findings = Evaluating.evaluate(CHECK, horizon(holder(kind, "shop", age, "active")), SHOP);

                if (severity == null) {
                    assertThat(findings).isEmpty();
                } else {
                    assertThat(findings)
                            .extracting(Finding::key)
                            .containsExactly(kind == Kind.SLOT_CATALOG ? "xmin-horizon/catalog" : "xmin-horizon/held");
                    assertThat(findings.getFirst().severity()).isEqualTo(severity);
                }
            }
        }

        @ParameterizedTest
        @EnumSource(Kind.class)
        void sessionsOfOtherDatabasesHoldBackOnlyTheirs(Kind kind) {
            boolean own = kind == Kind.SESSION || kind == Kind.PREPARED;

            assertThat(Evaluating.evaluate(CHECK, horizon(holder(kind, "crm", 50_000_000, "inactive")), SHOP))
                    .hasSize(own ? 0 : 1);
        }

        @Test
        void namesTheWorstHolderAndWhatEndsIt() {
            Finding found = Evaluating.one(
                    CHECK,
                    horizon(
                            holder(Kind.SESSION, "shop", 20_000_000, "idle in transaction"),
                            holder(Kind.SLOT, null, 30_000_000, "inactive")),
                    SHOP);

            assertThat(found.observed())
                    .isEqualTo("for 30 million transactions vacuum has removed no row that was deleted since: held by "
                            + "the xmin of replication slot it's, which is inactive for 119 s");
            assertThat(found.sql()).isEqualTo("select pg_drop_replication_slot('it''s')");
            assertThat(found.evidence()).hasSize(2);
        }

        @Test
        void exportsAgeOfEachKind() {
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(
                    CHECK,
                    horizon(
                            holder(Kind.SESSION, "shop", 7, "active"),
                            holder(Kind.SESSION, "crm", 9, "active"),
                            holder(Kind.SLOT, null, 3, "inactive")));

            assertThat(RecordedMetrics.value(figures, "pgvigil_xmin_horizon_age", "holder", "session"))
                    .isEqualTo(9);
            assertThat(RecordedMetrics.value(figures, "pgvigil_xmin_horizon_age", "holder", "prepared"))
                    .isEqualTo(0);
        }

        private static Horizon horizon(Holder... holders) {
            return new Horizon(List.of(holders));
        }

        private static Holder holder(Kind kind, @Nullable String datname, long age, String state) {
            return new Holder(kind, 7, "it's", datname, "app", "billing", state, age, 119.0);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsSessionAndPreparedTransactionUntilTheyEnd(int major) throws SQLException {
        String database = "postgres";
        Target target = Evaluating.target(database, Map.of("xmin-horizon.degraded", 1000.0));
        // On a shared server a session of another test may hold an older horizon.
        try (PgServer server = PgServer.start(major, Map.of("max_prepared_transactions", "4"));
                Collecting collecting = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            server.sqlIn(database, "create table orders (id int)");
            Client report = clients.inTransaction(
                    "report", "set transaction isolation level repeatable read", "select count(*) from orders");
            consume(server, database);
            Finding session = Evaluating.one(CHECK, collecting.collect(CHECK), target);
            assertThat(session.key()).isEqualTo("xmin-horizon/held");
            assertThat(session.observed()).contains("held by the session of pid " + report.pid());
            assertThat(Evaluating.evaluate(
                            CHECK,
                            collecting.collect(CHECK),
                            Evaluating.target("elsewhere", Map.of("xmin-horizon.degraded", 1000.0))))
                    .isEmpty();
            server.sql(String.valueOf(session.sql()));
            await().untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                    .isEmpty());

            String gid = PgServer.unique("it's");
            clients.inTransaction(
                    "coordinator",
                    "insert into orders values (1)",
                    "prepare transaction '" + gid.replace("'", "''") + "'");
            consume(server, database);
            Finding prepared = Evaluating.one(CHECK, collecting.collect(CHECK), target);
            assertThat(prepared.observed()).contains("held by the prepared transaction " + gid);
            server.sqlIn(database, String.valueOf(prepared.sql()));
            assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsLogicalSlotOnCatalogs(int major) {
        try (PgServer server = PgServer.start(major, Map.of("wal_level", "logical"));
                Collecting collecting = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target("postgres", Map.of("xmin-horizon.degraded", 1000.0));
            server.sql("select pg_create_logical_replication_slot('left', 'pgoutput')");
            consume(server, "postgres");

            Finding found = Evaluating.one(CHECK, collecting.collect(CHECK), target);
            assertThat(found.key()).isEqualTo("xmin-horizon/catalog");
            assertThat(found.observed()).contains("the catalog_xmin of logical slot left, which is inactive");
            assertThat(found.observed().contains(" for 0") || found.observed().matches(".* for [0-9.]+ s"))
                    .isEqualTo(major >= 17);
            server.sql(String.valueOf(found.sql()));
            assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsFeedbackOfAStandby(int major) throws SQLException {
        try (PgServer primary = PgServer.start(major)) {
            primary.sql("create table orders (id int)");
            try (PgServer standby = primary.standby();
                    Collecting collecting = Collecting.of(primary, "postgres")) {
                Target target = Evaluating.target("postgres", Map.of("xmin-horizon.degraded", 1000.0));
                standby.sql(
                        "alter system set hot_standby_feedback = on",
                        "alter system set wal_receiver_status_interval = 1");
                standby.reload();
                try (Clients clients = new Clients(standby, "postgres")) {
                    clients.inTransaction(
                            "report", "set transaction isolation level repeatable read", "select count(*) from orders");
                    consume(primary, "postgres");
                    until(collecting, target, "the xmin of replication slot standby_", "which is active");
                    standby.sql("alter system set primary_slot_name = ''");
                    standby.reload();
                    until(collecting, target, "a standby with hot_standby_feedback, walsender pid ", "");
                    primary.sql(
                            "select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active");
                }
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                                .isEmpty());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void leavesOutVacuum(int major) throws SQLException {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(
                database,
                "create table orders as select generate_series(1, 100000) as id",
                "delete from orders where id % 2 = 0");
        try (Collecting collecting = Collecting.of(server, database);
                Clients clients = new Clients(server, database)) {
            Client vacuum = clients.idle("nightly");
            vacuum.run("set vacuum_cost_delay = 100", "set vacuum_cost_limit = 1");
            vacuum.begin("vacuum orders");
            await().until(() -> "1".equals(server.valueIn(database, "select count(*) from pg_stat_progress_vacuum")));

            assertThat(collecting.collect(CHECK).holders())
                    .noneMatch(holder -> Integer.valueOf(vacuum.pid()).equals(holder.pid()));
        }
    }

    private static Finding until(Collecting collecting, Target target, String holder, String state) {
        return await().atMost(PATIENCE)
                .until(
                        () -> Evaluating.evaluate(CHECK, collecting.collect(CHECK), target),
                        findings -> findings.stream()
                                .anyMatch(found -> found.observed().contains(holder)
                                        && found.observed().contains(state)))
                .getFirst();
    }

    private static void consume(PgServer server, String database) {
        server.sqlIn(database, """
                do $$ begin
                  create temp table consumed (i int);
                  for i in 1..1500 loop
                    begin insert into consumed values (i);
                    exception when division_by_zero then null; end;
                  end loop;
                  drop table consumed;
                end $$""");
    }
}
