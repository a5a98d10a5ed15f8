package dev.pgvigil.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.tenant.IsolationState.Probe;
import dev.pgvigil.tenant.IsolationState.ProbeForm;
import dev.pgvigil.tenant.IsolationState.ProbeOutcome;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsolationProbeTest {

    static List<Integer> majors() {
        return PgServer.majors();
    }

    private static void granted(TenantScene scene) {
        scene.run("create role {u}probe nologin noinherit", "grant {u}probe to pgvigil", "grant {app} to {u}probe");
    }

    private static void probing(TenantScene scene, Tenancy.Probing form, long maxCost, String... tenants) {
        scene.configured(new Tenancy(
                Layout.Wanted.AUTO,
                "",
                "",
                "",
                "",
                List.of(scene.app),
                List.of(),
                List.of(),
                form,
                List.of(tenants),
                maxCost));
    }

    private static ProbeOutcome of(IsolationState state, String object, ProbeForm form) {
        return state.probes().stream()
                .filter(probe -> probe.object().equals(object) && probe.form() == form)
                .map(Probe::outcome)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no probe of " + object + " in " + state.probes()));
    }

    @Test
    void asksNothingUnlessSwitchedOn() {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES)) {
            granted(scene);

            assertThat(scene.collect().probes()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void isInconclusiveWithoutGrant(int major) {
        try (TenantScene scene = TenantScene.on(major, TenantScene.SHARED_TABLES)) {
            probing(scene, Tenancy.Probing.PLAN, 1);

            IsolationState seen = scene.collect();

            assertThat(seen.probes())
                    .extracting(Probe::outcome, Probe::detail)
                    .containsExactly(tuple(
                            ProbeOutcome.INCONCLUSIVE,
                            "pgvigil may not become the role: grant \"" + scene.app + "\" to pgvigil_probe"));
            assertThat(seen.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void seesWhatTheServerFiltersWithoutReadingTables(int major) {
        try (TenantScene scene = TenantScene.on(major, TenantScene.SHARED_TABLES)) {
            granted(scene);
            probing(scene, Tenancy.Probing.PLAN, 1);
            scene.run(
                    "set role {owner}",
                    "create view leaking as select * from projects",
                    "grant select on leaking to {app}",
                    "reset role",
                    "create role {u}viewer",
                    "grant usage, create on schema public to {u}viewer",
                    "grant select on projects to {u}viewer",
                    "set role {u}viewer",
                    "create view holding as select * from projects",
                    "grant select on holding to {app}");

            IsolationState seen = scene.collect();

            assertThat(of(seen, "public.projects", ProbeForm.PLAN)).isEqualTo(ProbeOutcome.FILTERED);
            assertThat(of(seen, "public.leaking", ProbeForm.VIEW)).isEqualTo(ProbeOutcome.UNFILTERED);
            assertThat(of(seen, "public.holding", ProbeForm.VIEW)).isEqualTo(ProbeOutcome.FILTERED);
            // What a rule found is not reported twice.
            assertThat(seen.violations()).extracting(Violation::rule).containsExactly("definer-view");
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void seesNoRowOfOtherTenantAndWritesNothing(int major) {
        try (TenantScene scene = TenantScene.on(major, TenantScene.SHARED_TABLES)) {
            granted(scene);
            probing(scene, Tenancy.Probing.ROWS, 100_000, "1", "2");
            String before = changes(scene);

            IsolationState seen = scene.collect();

            assertThat(of(seen, "public.projects", ProbeForm.ROWS)).isEqualTo(ProbeOutcome.FILTERED);
            assertThat(of(seen, "public.events", ProbeForm.ROWS)).isEqualTo(ProbeOutcome.FILTERED);
            // It has no rows, so that the controls fail.
            assertThat(of(seen, "public.tasks", ProbeForm.ROWS)).isEqualTo(ProbeOutcome.INCONCLUSIVE);
            assertThat(seen.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(changes(scene)).isEqualTo(before);
            assertThat(MarkdownReport.body("shop", seen, true) + seen).doesNotContain("project 1", "org 1");

            scene.run("insert into tasks (tenant_id) values (1), (2)");
            assertThat(scene.collect().verdict()).isEqualTo(Verdict.ISOLATED);
        }
    }

    private static String changes(TenantScene scene) {
        return String.valueOf(scene.server.valueIn(
                scene.database,
                "select string_agg(oid || ' ' || md5(t::text), ',' order by oid) from (select c.oid, (select count(*) from projects)"
                        + " as projects, pg_relation_size(c.oid) as size, c.reltuples from pg_class c where c.relkind = 'r'"
                        + " and c.relnamespace = 'public'::regnamespace) t"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The rules read a comparison with the tenant column; what it compares is for the probe to see.
                "tenant_id = tenant_id",
                "tenant_id > 0",
                "tenant_id = current_setting('app.tenant_id')::int or tenant_id = 2"
            })
    void seesRowsThatNoRuleFound(String policy) {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES)) {
            granted(scene);
            probing(scene, Tenancy.Probing.ROWS, 100_000, "1", "2");
            scene.run(
                    "insert into tasks (tenant_id) values (1), (2)",
                    "alter policy own on projects using (" + policy + ")");

            IsolationState seen = scene.collect();

            assertThat(of(seen, "public.projects", ProbeForm.ROWS)).isEqualTo(ProbeOutcome.UNFILTERED);
            assertThat(seen.violations()).extracting(Violation::rule).contains("probed-leak");
            assertThat(seen.verdict()).isEqualTo(Verdict.VIOLATED);
        }
    }

    @Test
    void isInconclusiveWhereThePlanCostsTooMuch() {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES)) {
            granted(scene);
            probing(scene, Tenancy.Probing.ROWS, 0, "1", "2");

            IsolationState seen = scene.collect();

            assertThat(of(seen, "public.projects", ProbeForm.ROWS)).isEqualTo(ProbeOutcome.INCONCLUSIVE);
            assertThat(seen.coverage().unchecked())
                    .contains("probe of " + scene.app + " on public.projects: the plan costs too much");
        }
    }
}
