package dev.pgvigil.tenant;

import dev.pgvigil.check.Catalogues;
import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A database of the shared server with tenants, a role {@code {owner}} that owns its tables and a role {@code {app}} that uses them.
 * In statements, {@code {u}} stands for the unique part of all names.
 */
final class TenantScene implements AutoCloseable {

    static final TenantIsolation CHECK = new TenantIsolation(Catalogues.all(IsolationRule.class));

    /** Shared tables in the style of an API over current_setting: policies by a setting, keys within the tenant, partitions. */
    static final List<String> SHARED_TABLES = List.of(
            "set role {owner}",
            "create table orgs (id int primary key, name text)",
            "create table projects (id bigint generated always as identity primary key,"
                    + " tenant_id int not null references orgs, title text, unique (tenant_id, id))",
            "create table tasks (id bigint generated always as identity primary key,"
                    + " tenant_id int not null references orgs, project_id bigint,"
                    + " foreign key (tenant_id, project_id) references projects (tenant_id, id))",
            "create table events (tenant_id int not null, at timestamptz not null, what text) partition by range (at)",
            "create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01')",
            "create table countries (code text primary key, name text)",
            "create index on tasks (tenant_id)",
            "alter table orgs enable row level security",
            "alter table projects enable row level security",
            "alter table tasks enable row level security",
            "alter table events enable row level security",
            "create policy own on orgs using (id = (select current_setting('app.tenant_id')::int))",
            "create policy own on projects using (tenant_id = (select current_setting('app.tenant_id')::int))",
            "create policy own on tasks using (tenant_id = current_setting('app.tenant_id', true)::int)",
            "create policy own on events using (tenant_id = current_setting('app.tenant_id')::int)",
            "grant select, insert, update, delete on orgs, projects, tasks, events to {app}",
            "grant select on countries to {app}",
            "insert into orgs select i, 'org ' || i from generate_series(1, 3) i",
            "insert into projects (tenant_id, title) select 1 + i % 3, 'project ' || i from generate_series(1, 30) i",
            "insert into events select 1 + i % 3, '2026-02-01', 'login' from generate_series(1, 30) i");

    final PgServer server;
    final String unique = PgServer.unique("t").replace("t_", "t");
    final String app = unique + "app";
    final String owner = unique + "owner";
    final String database;
    private Tenancy tenancy = Tenancy.NONE;

    private TenantScene(PgServer server, List<String> statements) {
        this.server = server;
        server.server();
        this.database = server.newDatabase("tenants");
        run(
                "create role {owner} login",
                "create role {app} login",
                "revoke create on schema public from public",
                "grant usage, create on schema public to {owner}",
                "grant usage on schema public to {app}");
        run(statements.toArray(String[]::new));
        tenancy(List.of(app), List.of());
    }

    static TenantScene on(PgServer server, List<String> statements) {
        return new TenantScene(server, statements);
    }

    static TenantScene on(int major, List<String> statements) {
        return on(PgServer.shared(major), statements);
    }

    /** On the newest major. */
    static TenantScene of(List<String> statements) {
        return on(PgServer.majors().getLast(), statements);
    }

    String name(String text) {
        return text.replace("{owner}", owner).replace("{app}", app).replace("{u}", unique);
    }

    /** Runs statements as superuser, on one connection. */
    TenantScene run(String... statements) {
        List<String> named = new ArrayList<>();
        for (String statement : statements) {
            named.add(name(statement));
        }
        server.sqlIn(database, named.toArray(String[]::new));
        return this;
    }

    /** Runs what a violation prints. */
    void repair(Violation violation) {
        run(String.valueOf(violation.sql()).split("\n"));
    }

    /** Only what is found and observed. */
    TenantScene unconfigured() {
        return configured(Tenancy.NONE);
    }

    TenantScene configured(Tenancy configured) {
        tenancy = configured;
        return this;
    }

    TenantScene tenancy(List<String> roles, List<Tenancy.Allowed> allowed) {
        return configured(new Tenancy(
                Layout.Wanted.AUTO, "", "", "", "", roles, List.of(), allowed, Tenancy.Probing.OFF, List.of(), 10_000));
    }

    static Tenancy.Allowed allowed(String object, String rule, Instant until) {
        return new Tenancy.Allowed(new Glob(object), new Glob(rule), "a reason", until);
    }

    Target target() {
        return new Target(
                "shop",
                server.server(),
                database,
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of(
                        TenantIsolation.NAME,
                        new CheckSetting(true, null, List.of(), Map.of(Tenancy.OPTION.name(), tenancy))),
                null);
    }

    /** A first pass, which reads everything. */
    IsolationState collect() {
        try (Collecting collecting = Collecting.slow(server, database)) {
            return collect(collecting);
        }
    }

    IsolationState collect(Collecting collecting) {
        Target target = target();
        return collecting.ask(session -> CHECK.collect(session, target));
    }

    /** Names of the rules that find something. */
    Set<String> rules() {
        Set<String> rules = new TreeSet<>();
        collect().violations().forEach(each -> rules.add(each.rule()));
        return rules;
    }

    List<Finding> findings() {
        return Evaluating.evaluate(CHECK, collect(), target());
    }

    Clients clients() {
        return new Clients(server, database);
    }

    @Override
    public void close() {
        server.sql("drop database if exists \"" + database + "\" with (force)");
    }
}
