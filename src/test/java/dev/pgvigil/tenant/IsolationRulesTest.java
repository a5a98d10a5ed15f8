package dev.pgvigil.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.check.Severity;
import dev.pgvigil.testing.PgServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each hole in shared tables is opened, found, closed by the printed statements, and gone. */
class IsolationRulesTest {

    /**
     * A hole.
     *
     * @param open statements of a superuser
     * @param cleanup after the repair, so that the next hole finds the scene as it was
     */
    record Hole(String rule, Severity severity, String object, List<String> open, List<String> cleanup) {

        @Override
        public String toString() {
            return rule + " of " + object + " by " + open.getLast();
        }
    }

    private static final String POLICY = "(select current_setting('app.tenant_id')::int)";
    private static final String RESTORE = "alter policy own on projects using (tenant_id = " + POLICY + ")";

    private static final Map<Integer, TenantScene> SCENES = new LinkedHashMap<>();

    private static TenantScene scene(int major) {
        return Objects.requireNonNull(
                SCENES.computeIfAbsent(major, each -> TenantScene.on(each, TenantScene.SHARED_TABLES)));
    }

    @AfterAll
    static void close() {
        SCENES.values().forEach(TenantScene::close);
    }

    static List<Integer> majors() {
        return PgServer.majors();
    }

    static List<Arguments> holes() {
        List<Arguments> all = new ArrayList<>();
        for (int major : PgServer.majors()) {
            list().forEach(hole -> all.add(Arguments.of(major, hole)));
        }
        return all;
    }

    private static List<Hole> list() {
        return List.of(
                new Hole(
                        "unprotected-table",
                        Severity.CRITICAL,
                        "public.notes",
                        List.of(
                                "create table notes (tenant_id int not null, body text)",
                                "grant select on notes to {app}"),
                        List.of("drop table notes")),
                new Hole(
                        "unprotected-table",
                        Severity.CRITICAL,
                        "public.notes",
                        List.of(
                                "create table notes (tenant_id int not null, body text)",
                                "grant select (body) on notes to public"),
                        List.of("drop table notes")),
                new Hole(
                        "policies-disabled",
                        Severity.CRITICAL,
                        "public.tasks",
                        List.of("alter table tasks disable row level security"),
                        List.of()),
                new Hole(
                        "owner-not-forced",
                        Severity.CRITICAL,
                        "public.tasks",
                        List.of("alter table tasks owner to {app}"),
                        List.of(
                                "alter table tasks no force row level security",
                                "alter table tasks owner to {owner}",
                                "grant select, insert, update, delete on tasks to {app}")),
                new Hole(
                        "bypassing-role", Severity.CRITICAL, "{app}", List.of("alter role {app} bypassrls"), List.of()),
                new Hole(
                        "bypassing-role",
                        Severity.CRITICAL,
                        "{u}service",
                        List.of(
                                "create role {u}service bypassrls",
                                "grant select on projects to {u}service",
                                "create role {u}group",
                                "grant {u}service to {u}group",
                                "grant {u}group to {app}"),
                        List.of("drop owned by {u}service", "drop role {u}service, {u}group")),
                new Hole(
                        "unscoped-read",
                        Severity.CRITICAL,
                        "public.projects everybody",
                        List.of("create policy everybody on projects for select to {app} using (true)"),
                        List.of("drop policy everybody on projects")),
                new Hole(
                        "unscoped-read",
                        Severity.CRITICAL,
                        "public.projects titled",
                        List.of("create policy titled on projects for select using (title is not null)"),
                        List.of("drop policy titled on projects")),
                new Hole(
                        "write-hole",
                        Severity.HIGH,
                        "public.projects anything",
                        List.of("create policy anything on projects for insert with check (true)"),
                        List.of("drop policy anything on projects")),
                new Hole(
                        "write-hole",
                        Severity.HIGH,
                        "public.projects removal",
                        List.of("create policy removal on projects for delete using (true)"),
                        List.of("drop policy removal on projects")),
                new Hole(
                        "settable-bypass",
                        Severity.HIGH,
                        "public.projects own",
                        List.of("alter policy own on projects using (tenant_id = " + POLICY
                                + " or current_setting('app.bypass_rls', true) = 'on')"),
                        List.of(RESTORE)),
                new Hole(
                        "fail-open-context",
                        Severity.HIGH,
                        "public.projects own",
                        List.of("alter policy own on projects using (current_setting('app.tenant_id', true) is null"
                                + " or tenant_id = " + POLICY + ")"),
                        List.of(RESTORE)),
                new Hole(
                        "fail-open-context",
                        Severity.HIGH,
                        "public.projects own",
                        List.of("alter policy own on projects using"
                                + " (tenant_id = coalesce(current_setting('app.tenant_id', true)::int, tenant_id))"),
                        List.of(RESTORE)),
                new Hole(
                        "definer-view",
                        Severity.HIGH,
                        "public.all_projects",
                        List.of(
                                "set role {owner}",
                                "create view inner_projects as select * from projects",
                                "create view all_projects as select * from inner_projects",
                                "grant select on all_projects to {app}"),
                        List.of("drop view all_projects, inner_projects")),
                new Hole(
                        "unprotected-copy",
                        Severity.HIGH,
                        "public.counts",
                        List.of(
                                "set role {owner}",
                                "create materialized view counts as select tenant_id, count(*) from projects group by 1",
                                "grant select on counts to {app}"),
                        List.of("drop materialized view counts")),
                new Hole(
                        "definer-function",
                        Severity.MEDIUM,
                        "public.total()",
                        List.of(
                                "set role {owner}",
                                "create function total() returns bigint language sql security definer"
                                        + " as 'select count(*) from projects'"),
                        List.of("drop function total()")),
                new Hole(
                        "open-partition",
                        Severity.HIGH,
                        "public.events_2026",
                        List.of("grant select on events_2026 to {app}"),
                        List.of(
                                "revoke select on events_2026 from {app}",
                                "alter table events_2026 disable row level security")),
                new Hole(
                        "excess-privilege",
                        Severity.MEDIUM,
                        "public.tasks",
                        List.of("grant truncate on tasks to {app}"),
                        List.of()),
                new Hole(
                        "cross-tenant-reference",
                        Severity.MEDIUM,
                        "public.tasks loose",
                        List.of(
                                "alter table tasks add column other_id bigint",
                                "alter table tasks add constraint loose foreign key (other_id) references projects (id)"),
                        List.of(
                                "alter table tasks drop column other_id",
                                "alter table projects drop constraint projects_tenant_id_id_key1")),
                new Hole(
                        "unique-across-tenants",
                        Severity.LOW,
                        "public.projects one_title",
                        List.of("create unique index one_title on projects (title)"),
                        List.of("drop index projects_tenant_id_title_idx")),
                new Hole(
                        "nullable-tenant",
                        Severity.MEDIUM,
                        "public.tasks",
                        List.of("alter table tasks alter column tenant_id drop not null"),
                        List.of()),
                new Hole(
                        "missing-tenant-index",
                        Severity.LOW,
                        "public.log",
                        List.of(
                                "set role {owner}",
                                "create table log (tenant_id int not null, line text)",
                                "insert into log select i % 3, 'line' from generate_series(1, 10000) i",
                                "alter table log enable row level security",
                                "create policy own on log using (tenant_id = " + POLICY + ")",
                                "grant select on log to {app}",
                                "analyze log"),
                        List.of("drop table log")),
                new Hole(
                        "writable-search-path",
                        Severity.MEDIUM,
                        "public",
                        List.of("grant create on schema public to public"),
                        List.of()),
                new Hole(
                        "server-weakness",
                        Severity.MEDIUM,
                        "role {app}",
                        List.of("alter role {app} set row_security = off"),
                        List.of()));
    }

    @ParameterizedTest(name = "{1} on {0}")
    @MethodSource("holes")
    void findsHoleUntilItIsClosedAsPrinted(int major, Hole hole) {
        TenantScene scene = scene(major);
        assertThat(scene.rules()).as("before").isEmpty();

        scene.run(hole.open.toArray(String[]::new));
        IsolationState found = scene.collect();
        assertThat(found.violations()).as("open").hasSize(1);
        Violation violation = found.violations().getFirst();
        assertThat(violation.rule()).isEqualTo(hole.rule);
        assertThat(violation.severity()).isEqualTo(hole.severity);
        assertThat(violation.object()).isEqualTo(scene.name(hole.object));
        assertThat(found.verdict()).isEqualTo(violation.breaks() ? Verdict.VIOLATED : Verdict.ISOLATED);
        assertThat(scene.findings()).hasSize(1);

        scene.repair(violation);
        assertThat(scene.collect().violations())
                .as("closed by " + violation.sql())
                .isEmpty();
        if (!hole.cleanup.isEmpty()) {
            scene.run(hole.cleanup.toArray(String[]::new));
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void isSilentOnWhatOtherToolsReportWrongly(int major) {
        TenantScene scene = scene(major);
        scene.run(
                "create role {u}reader",
                "grant usage, create on schema public to {u}reader",
                "grant select on projects to {u}reader",
                "set role {u}reader",
                // A view as its owner, to whom the policies apply.
                "create view enforced_projects as select * from projects",
                "grant select on enforced_projects to {app}",
                "reset role",
                "set role {owner}",
                // Forced: the owner's view is filtered too.
                "create table forced (tenant_id int not null, note text)",
                "alter table forced enable row level security",
                "alter table forced force row level security",
                "create policy own on forced using (tenant_id = " + POLICY + ")",
                "create view forced_notes as select * from forced",
                "grant select on forced, forced_notes to {app}",
                // A restrictive policy narrows a permissive one.
                "create table narrowed (tenant_id int not null, note text)",
                "alter table narrowed enable row level security",
                "create policy anybody on narrowed using (true)",
                "create policy own on narrowed as restrictive using (tenant_id = " + POLICY + ")",
                "grant select, insert on narrowed to {app}",
                // No role of the application may use it.
                "create table private (tenant_id int not null, note text)",
                // A check in place of NOT NULL, and a policy for another role.
                "create table checked (tenant_id int check (tenant_id is not null), note text)",
                "alter table checked enable row level security",
                "create policy own on checked using (tenant_id = " + POLICY + ")",
                "create policy reporting on checked for select to {u}reader using (true)",
                "grant select on checked to {app}",
                "reset role",
                "create extension if not exists pg_stat_statements",
                "create table of_extension (tenant_id int, note text)",
                "alter extension pg_stat_statements add table of_extension",
                "grant select on of_extension to {app}");

        IsolationState seen = scene.collect();
        assertThat(seen.violations()).isEmpty();
        assertThat(seen.coverage().unchecked()).isEmpty();
        assertThat(seen.verdict()).isEqualTo(Verdict.ISOLATED);

        scene.run(
                "alter extension pg_stat_statements drop table of_extension",
                "drop extension pg_stat_statements",
                "drop table of_extension, forced, narrowed, private, checked cascade",
                "drop owned by {u}reader cascade",
                "drop role {u}reader");
    }
}
