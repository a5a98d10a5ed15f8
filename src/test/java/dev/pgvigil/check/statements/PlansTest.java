package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.StatementPlans.Access;
import dev.pgvigil.check.statements.StatementPlans.Planned;
import dev.pgvigil.postgres.Grants;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PlansTest {

    private static final Plans CHECK = new Plans();
    private static final String FIND = "select id from guests where email = 'guest77@example.com'";
    private static final PlanTree INDEX = new PlanTree(List.of("Index Scan using guests_email on guests"), 8.3, 1);
    private static final PlanTree SEQUENTIAL = new PlanTree(List.of("Seq Scan on guests"), 2000, 1);

    /** A database with a table, statements on it, and pgvigil's session. */
    private static final class Scene implements AutoCloseable {

        private final PgServer server;
        private final String database;
        private final Collecting collecting;

        Scene(int major, boolean granted) {
            server = PgServer.shared(major);
            server.server();
            database = server.newDatabase("plans");
            sql(
                    "create extension pg_stat_statements",
                    "revoke create on schema public from public",
                    "create table guests (id int, email text)",
                    "insert into guests select g, 'guest' || g || '@example.com' from generate_series(1, 60000) g",
                    "create index guests_email on guests (email)",
                    "vacuum analyze guests");
            if (granted) {
                sql(Grants.Level.L2.script());
            }
            collecting = Collecting.slow(server, database);
        }

        void sql(String... statements) {
            server.sqlIn(database, statements);
        }

        void run(int times, String sql) {
            try (Connection connection = server.jdbc(database);
                    Statement statement = connection.createStatement()) {
                for (int i = 0; i < times; i++) {
                    statement.execute(sql);
                }
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        /** Twice: the function answers for ten statements at once. */
        StatementPlans collect() {
            collecting.collect(CHECK);
            return collecting.collect(CHECK);
        }

        List<Finding> findings(StatementPlans seen) {
            return Evaluating.evaluate(CHECK, seen, target(Map.of()));
        }

        Target target(Map<String, Double> thresholds) {
            return Evaluating.target(database, thresholds);
        }

        @Override
        public void close() {
            collecting.close();
        }
    }

    private static Planned one(StatementPlans seen, String text) {
        return seen.statements().stream()
                .filter(planned -> planned.query() != null && planned.query().startsWith(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(text + " in " + seen));
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsChangedPlanOfSlowerStatementWithBothPlans(int major) {
        try (Scene scene = new Scene(major, true)) {
            scene.run(40, FIND);
            scene.collect();
            scene.run(40, FIND);
            StatementPlans before = scene.collect();
            Planned fast = one(before, "select id from guests");
            assertThat(String.join(" ", plan(fast).nodes())).contains("guests_email");
            assertThat(fast.previous()).isNull();
            assertThat(before.access()).isEqualTo(Access.GRANTED);
            assertThat(before.plansWrites()).isFalse();
            assertThat(scene.findings(before)).extracting(Finding::key).doesNotContain("plans/flip");
            assertThat(RecordedMetrics.of(CHECK, before)).isNotEmpty();

            scene.sql("drop index guests_email");
            scene.run(40, FIND);
            StatementPlans after = scene.collect();

            Planned slow = one(after, "select id from guests");
            assertThat(plan(slow).nodes()).containsExactly("Seq Scan on guests");
            assertThat(String.join(" ", Objects.requireNonNull(slow.previous()).nodes()))
                    .contains("guests_email");
            assertThat(after.changes()).isPositive();
            Finding flip = scene.findings(after).stream()
                    .filter(finding -> finding.key().equals("plans/flip"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(after.toString()));
            assertThat(flip.observed()).contains("Seq Scan on guests", "guests_email");
            assertThat(flip.evidence().getFirst()).containsKeys("plan", "previous_plan");
            assertThat(flip.expectedEffect()).isNotBlank();

            scene.sql("create index guests_email on guests (email)");
            scene.run(80, FIND);
            StatementPlans repaired = scene.collect();

            assertThat(String.join(
                            " ", plan(one(repaired, "select id from guests")).nodes()))
                    .contains("guests_email");
            assertThat(scene.findings(repaired)).extracting(Finding::key).doesNotContain("plans/flip");
        }
    }

    private static PlanTree plan(Planned one) {
        return Objects.requireNonNull(one.plan(), one.toString());
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void tellsTheGrantForStatementsThatChangeRows(int major) {
        try (Scene scene = new Scene(major, true)) {
            scene.run(5, "update guests set email = 'x' where id = 1");
            StatementPlans seen = scene.collect();

            Planned update = one(seen, "update guests");
            assertThat(update.plan()).isNull();
            assertThat(update.error()).isEqualTo("42501");
            Finding finding = scene.findings(seen).stream()
                    .filter(found -> found.key().equals("plans/privileges"))
                    .findFirst()
                    .orElseThrow();
            assertThat(finding.sql()).isEqualTo("grant pg_write_all_data to pgvigil_planner");
            assertThat(finding.status()).isEqualTo(Status.HEALTHY);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void tellsThatLevelTwoIsNotGranted(int major) {
        try (Scene scene = new Scene(major, false)) {
            StatementPlans seen = scene.collect();

            assertThat(seen.access()).isEqualTo(Access.MISSING);
            assertThat(seen.statements()).isEmpty();
            assertThat(scene.findings(seen)).extracting(Finding::key).containsExactly("plans/not-granted");
            assertThat(RecordedMetrics.of(CHECK, seen)).isEmpty();

            scene.sql(Grants.Level.L2.script());
            assertThat(scene.findings(scene.collect())).extracting(Finding::key).doesNotContain("plans/not-granted");
        }
    }

    @Test
    void doesNotCallFunctionOfSuperuser() {
        try (Scene scene = new Scene(PgServer.majors().getLast(), true)) {
            scene.sql("alter function pgvigil.generic_plans(bigint[]) owner to postgres");
            StatementPlans seen = scene.collect();

            assertThat(seen.access()).isEqualTo(Access.UNSAFE);
            Finding finding = Evaluating.one(CHECK, seen, scene.target(Map.of()));
            assertThat(finding.key()).isEqualTo("plans/unsafe-function");

            scene.sql(String.valueOf(finding.sql()));
            assertThat(scene.collect().access()).isEqualTo(Access.GRANTED);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void tellsThatNamesAreNotFoundInSchemaOfEverybody(int major) {
        try (Scene scene = new Scene(major, true)) {
            scene.sql("grant create on schema public to public");
            StatementPlans seen = scene.collect();
            for (int i = 0; i < 4; i++) {
                scene.run(5, FIND);
                scene.run(5, "select count(*) from guests");
                scene.run(5, "select max(id) from guests");
                seen = scene.collect();
            }

            assertThat(one(seen, "select id from guests").error()).isEqualTo("42P01");
            assertThat(scene.findings(seen)).extracting(Finding::key).contains("plans/search-path");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // factor, calls, calls before, share, finding
        "2.0, 20, 20, 0.01, HEALTHY",
        "2.0, 20, 20, 0.20, DEGRADED",
        "1.9, 20, 20, 0.20, ",
        "2.0, 19, 20, 0.20, ",
        "2.0, 20, 19, 0.20, ",
        "2.0, 20, 20, 0.009, ",
    })
    void reportsFlipAtThresholds(double factor, long calls, long callsBefore, double share, @Nullable Status status) {
        Planned one = new Planned(
                "7",
                "select id from guests where email = $1",
                SEQUENTIAL,
                Evaluating.NOW,
                10 * factor,
                calls,
                INDEX,
                Evaluating.NOW,
                10.0,
                callsBefore,
                share,
                null,
                null);
        StatementPlans seen = new StatementPlans(Access.GRANTED, true, 1, 1, List.of(one));

        List<Finding> findings = Evaluating.evaluate(CHECK, seen, Evaluating.target("shop"));

        assertThat(findings.stream().map(Finding::status).toList())
                .isEqualTo(status == null ? List.of() : List.of(status));
    }

    @Test
    void readsNodesWithoutConditions() {
        PlanTree plan = PlanTree.of("""
                        [{"Plan": {"Node Type": "Hash Join", "Join Type": "Left", "Total Cost": 12.5, "Plan Rows": 3,
                          "Hash Cond": "(a.secret = 'x')", "Plans": [
                            {"Node Type": "Seq Scan", "Parallel Aware": true, "Relation Name": "a", "Filter": "(b = 'secret')"},
                            {"Node Type": "Index Scan", "Scan Direction": "Backward", "Index Name": "i", "Relation Name": "b"}]}}]""").orElseThrow();

        assertThat(plan)
                .isEqualTo(new PlanTree(
                        List.of("Hash Join (Left)", "  Parallel Seq Scan on a", "  Index Scan Backward using i on b"),
                        12.5,
                        3));
        assertThat(PlanTree.of("no plan")).isEmpty();
        assertThat(PlanTree.of("[]")).isEmpty();
    }
}
