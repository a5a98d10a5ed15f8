package dev.pgvigil.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.tenant.Isolation.Source;
import dev.pgvigil.tenant.IsolationState.RoleView;
import dev.pgvigil.tenant.IsolationState.TimelineEntry;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TenantIsolationTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @Test
    void findsNoTenantsInOrdinaryDatabase() {
        try (TenantScene scene = TenantScene.of(List.of(
                "create table customers (id int primary key, name text)",
                "create table orders (id int primary key, customer_id int references customers)",
                "create table items (id int primary key, customer_id int references customers)",
                "create table notes (id int primary key, customer_id int references customers)"))) {
            IsolationState seen = scene.collect();

            assertThat(seen.verdict()).isEqualTo(Verdict.NONE);
            assertThat(seen.kinds()).isEmpty();
            assertThat(scene.findings()).isEmpty();
            assertThat(RecordedMetrics.of(TenantScene.CHECK, seen)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void observesRolesOfSessionsAndOfStatements(int major) throws SQLException {
        List<String> statements = new ArrayList<>(TenantScene.SHARED_TABLES);
        statements.addFirst("create extension pg_stat_statements");
        try (TenantScene scene = TenantScene.on(major, statements).unconfigured()) {
            scene.run("create role {u}web", "grant select on projects to {u}web", "grant {u}web to {app}");
            assertThat(scene.collect().roles()).extracting(RoleView::source).containsOnly(Source.POSSIBLE);

            try (Clients clients = scene.clients()) {
                clients.idle("app", scene.app);
                IsolationState seen = scene.collect();

                assertThat(seen.roles())
                        .containsExactly(
                                new RoleView(scene.app, Source.OBSERVED, null, false, false),
                                new RoleView(scene.unique + "web", Source.OBSERVED, scene.app, false, false));
                assertThat(seen.verdict()).isEqualTo(Verdict.ISOLATED);
                assertThat(seen.tenantColumn()).isEqualTo("tenant_id");
                assertThat(seen.context()).isEqualTo("app.tenant_id");
                assertThat(seen.evidence()).anyMatch(text -> text.contains("policies of 3 read the column tenant_id"));
            }
            // SET ROLE is seen in the statements alone.
            scene.run("set role {u}web", "set app.tenant_id = '1'", "select count(*) from projects");
            await().atMost(PATIENCE)
                    .until(() -> scene.collect().roles().stream()
                            .anyMatch(role -> role.name().equals(scene.unique + "web") && role.from() == null));
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void provesBypassByStatementThatRan(int major) {
        List<String> statements = new ArrayList<>(TenantScene.SHARED_TABLES);
        statements.addFirst("create extension pg_stat_statements");
        try (TenantScene scene = TenantScene.on(major, statements).unconfigured()) {
            scene.run(
                    "create role {u}worker bypassrls",
                    "grant select on projects to {u}worker",
                    "set role {u}worker",
                    "select id from projects where title = 'a secret title'");

            Violation proof = scene.collect().violations().stream()
                    .filter(each -> each.rule().equals("runtime-bypass"))
                    .findFirst()
                    .orElseThrow();
            assertThat(proof.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(proof.object()).isEqualTo(scene.unique + "worker public.projects");
            assertThat(proof.observed())
                    .contains("bypasses row-level security", "select id from projects where title = ")
                    .doesNotContain("a secret title");
        }
    }

    @Test
    void readsCataloguesOnlyWhenTheyChanged() {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES);
                Collecting collecting = Collecting.slow(scene.server, scene.database)) {
            IsolationState first = scene.collect(collecting);
            // The counters of the statements that built the scene may still arrive.
            await().atMost(PATIENCE).untilAsserted(() -> {
                IsolationState one = scene.collect(collecting);
                assertThat(scene.collect(collecting)).isSameAs(one);
            });
            assertThat(first.history()).singleElement().matches(change -> change.verdict() == Verdict.ISOLATED);

            scene.run("create table notes (tenant_id int not null)", "grant select on notes to {app}");
            await().atMost(PATIENCE).until(() -> scene.collect(collecting).verdict() == Verdict.VIOLATED);
            scene.run("drop table notes");
            await().atMost(PATIENCE).until(() -> scene.collect(collecting).verdict() == Verdict.ISOLATED);

            IsolationState last = scene.collect(collecting);
            assertThat(last.timeline())
                    .extracting(TimelineEntry::appeared, TimelineEntry::object)
                    .containsExactly(
                            org.assertj.core.api.Assertions.tuple(true, "public.notes"),
                            org.assertj.core.api.Assertions.tuple(false, "public.notes"));
            assertThat(last.history())
                    .extracting(IsolationState.VerdictChange::verdict)
                    .containsExactly(Verdict.ISOLATED, Verdict.VIOLATED, Verdict.ISOLATED);
        }
    }

    @Test
    void presumesTenantsFromNamesAndOnlyAdvises() {
        try (TenantScene scene = TenantScene.of(List.of(
                "create table accounts (id int primary key)",
                "create table a (account_id int references accounts)",
                "create table b (account_id int references accounts)",
                "create table c (account_id int references accounts)",
                "grant select on a, b, c to {app}"))) {
            IsolationState seen = scene.collect();
            assertThat(seen.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(seen.tenantColumn()).isEqualTo("account_id");
            assertThat(seen.evidence())
                    .containsExactly("foreign keys from the column account_id refer to public.accounts");

            List<Finding> findings = scene.findings();
            assertThat(findings).extracting(Finding::key).containsExactly("tenant-isolation/presumed");
            assertThat(findings.getFirst().status()).isEqualTo(Status.HEALTHY);

            scene.configured(new Tenancy(
                    Layout.Wanted.ROWS,
                    "account_id",
                    "",
                    "",
                    "",
                    List.of(scene.app),
                    List.of(),
                    List.of(),
                    Tenancy.Probing.OFF,
                    List.of(),
                    1));
            assertThat(scene.collect().verdict()).isEqualTo(Verdict.VIOLATED);
            assertThat(scene.findings())
                    .filteredOn(finding -> finding.severity() == Severity.CRITICAL)
                    .hasSize(3)
                    .allMatch(finding -> finding.status() == Status.DEGRADED)
                    .allMatch(finding -> finding.key().startsWith("tenant-isolation/unprotected-table/"));
        }
    }

    @Test
    void acceptsWhatIsAllowedUntilItExpires() {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES)) {
            scene.run("create table notes (tenant_id int not null)", "grant select on notes to {app}");
            Instant now = Instant.now();

            scene.tenancy(
                    List.of(scene.app),
                    List.of(TenantScene.allowed("public.notes", "unprotected-*", now.plusSeconds(3600))));
            IsolationState accepted = scene.collect();
            assertThat(accepted.verdict()).isEqualTo(Verdict.ISOLATED);
            assertThat(accepted.violations()).isEmpty();
            assertThat(accepted.accepted())
                    .extracting(Violation::acceptedReason)
                    .containsExactly("a reason");

            scene.tenancy(List.of(scene.app), List.of(TenantScene.allowed("public.notes", "*", now.minusSeconds(1))));
            assertThat(scene.collect().verdict()).isEqualTo(Verdict.VIOLATED);
            scene.tenancy(List.of(scene.app), List.of(TenantScene.allowed("public.other", "*", now.plusSeconds(3600))));
            assertThat(scene.collect().verdict()).isEqualTo(Verdict.VIOLATED);
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void isNotDeceivedByLockedTable(int major) throws SQLException {
        try (TenantScene scene = TenantScene.on(major, TenantScene.SHARED_TABLES);
                Clients clients = scene.clients()) {
            clients.inTransaction("migration", "lock table projects in access exclusive mode");

            IsolationState seen = scene.collect();

            assertThat(seen.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(seen.coverage().unchecked())
                    .contains("the policies of public.projects were not read: it was locked");
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void findsSchemaOfEachTenantAndRoleThatMayUseOthers(int major) {
        List<String> statements = new ArrayList<>();
        for (String tenant : List.of("a", "b", "c")) {
            statements.add("create role {u}" + tenant + " login");
            statements.add("create schema tenant_" + tenant);
            statements.add("create table tenant_" + tenant + ".orders (id int primary key)");
            statements.add("create table tenant_" + tenant + ".customers (id int primary key)");
            statements.add("grant usage on schema tenant_" + tenant + " to {u}" + tenant);
            statements.add("grant select on all tables in schema tenant_" + tenant + " to {u}" + tenant);
        }
        try (TenantScene scene = TenantScene.on(major, statements)) {
            scene.tenancy(List.of(scene.unique + "?"), List.of());
            IsolationState healthy = scene.collect();
            assertThat(healthy.kinds()).containsExactly(Layout.Kind.SCHEMAS);
            assertThat(healthy.coverage().tenantSchemas()).isEqualTo(3);
            assertThat(healthy.verdict()).isEqualTo(Verdict.ISOLATED);

            scene.run("grant usage on schema tenant_b to {u}a", "alter schema tenant_a owner to {u}a");
            IsolationState seen = scene.collect();
            Violation violation = seen.violations().getFirst();
            assertThat(seen.violations()).hasSize(1);
            assertThat(violation.rule()).isEqualTo("shared-schema-access");
            assertThat(violation.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(violation.observed()).contains("tenant_a, tenant_b");
            scene.repair(violation);
            assertThat(scene.collect().violations()).isEmpty();

            // One role for all, as with django-tenants: nothing but search_path separates.
            scene.tenancy(List.of(scene.app), List.of());
            scene.run(
                    "grant usage on schema tenant_a to {app}",
                    "grant usage on schema tenant_b to {app}",
                    "grant usage on schema tenant_c to {app}");
            assertThat(scene.collect().violations())
                    .extracting(Violation::severity)
                    .containsExactly(Severity.MEDIUM);
        }
    }

    @Test
    void findsDatabaseOfEachTenantAndRoleThatMayConnectToOthers() {
        PgServer server = PgServer.shared(PgServer.majors().getLast());
        server.server();
        String prefix = PgServer.unique("shop") + "_";
        for (String tenant : List.of("a", "b", "c")) {
            server.createDatabase(prefix + tenant);
            server.sql(
                    "create role " + prefix + tenant + " login",
                    "alter database " + prefix + tenant + " owner to " + prefix + tenant,
                    "revoke connect on database " + prefix + tenant + " from public",
                    "grant connect on database " + prefix + tenant + " to pgvigil");
        }
        TenantIsolation check = TenantScene.CHECK;
        try (Collecting first = Collecting.slow(server, prefix + "a");
                Collecting second = Collecting.slow(server, prefix + "a");
                Collecting third = Collecting.slow(server, prefix + "a")) {
            IsolationState healthy = first.collect(check);
            assertThat(healthy.kinds()).containsExactly(Layout.Kind.DATABASES);
            assertThat(healthy.violations()).isEmpty();

            server.sql("grant connect on database " + prefix + "b to public");
            IsolationState seen = second.collect(check);
            assertThat(seen.violations()).hasSize(1);
            assertThat(seen.violations().getFirst().rule()).isEqualTo("foreign-database-connect");
            assertThat(seen.violations().getFirst().object()).isEqualTo(prefix + "a");
            server.sql(String.valueOf(seen.violations().getFirst().sql()));
            assertThat(third.collect(check).violations()).isEmpty();
        }
        for (String tenant : List.of("a", "b", "c")) {
            server.sql("drop database " + prefix + tenant + " with (force)", "drop role " + prefix + tenant);
        }
    }

    @Test
    void exportsBoundedMetrics() {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES)) {
            scene.run("alter table tasks disable row level security");

            assertThat(RecordedMetrics.of(TenantScene.CHECK, scene.collect()))
                    .anyMatch(
                            figure -> figure.name().equals("pgvigil_tenant_isolation_violated") && figure.value() == 1)
                    .anyMatch(figure ->
                            figure.name().equals("pgvigil_tenant_isolation_violations") && figure.value() == 1)
                    .hasSize(8);
        }
    }
}
