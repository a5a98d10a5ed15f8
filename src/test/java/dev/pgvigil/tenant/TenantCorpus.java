package dev.pgvigil.tenant;

import dev.pgvigil.check.Status;
import dev.pgvigil.corpus.Corpus;
import dev.pgvigil.corpus.Fault;
import dev.pgvigil.corpus.Scene;
import dev.pgvigil.corpus.Workload;
import java.util.List;

/** Tables of tenants that a migration left open; tables that only look like it; an application with row-level security at work. */
final class TenantCorpus implements Corpus {

    private static final String OFTEN = "checks: { tenant-isolation: { every: 1s } }";

    @Override
    public List<Fault> faults() {
        return List.of(
                Fault.of(
                                "table-of-tenants-without-row-security",
                                "tenant-isolation/unprotected-table/*",
                                Status.DEGRADED)
                        .config(OFTEN)
                        .build(scene -> {
                            tables(scene);
                            scene.sql(
                                    "create table notes (tenant_id int not null, body text)",
                                    "grant select on notes to shop_app");
                            scene.connectAs("shop_app");
                        })
                        .repair(scene -> scene.sql("drop table notes")),
                Fault.of("tables-with-account-and-no-policy", "tenant-isolation/presumed", Status.HEALTHY)
                        .config(OFTEN)
                        .build(scene -> scene.sql(
                                "create role shop_app login",
                                "create table accounts (id int primary key)",
                                "create table a (account_id int references accounts)",
                                "create table b (account_id int references accounts)",
                                "create table c (account_id int references accounts)",
                                "grant select on a, b, c to shop_app"))
                        .repair(scene -> scene.sql("drop table a, b, c")));
    }

    @Override
    public List<Workload> workloads() {
        return List.of(Workload.of("application-with-row-level-security", scene -> {
                    tables(scene);
                    scene.repeat(1, connection -> {
                        try (var statement = connection.createStatement()) {
                            statement.execute("set role shop_app");
                            statement.execute("set app.tenant_id = '1'");
                            statement.execute("select * from orders");
                            statement.execute("reset role");
                        }
                    });
                })
                .config(OFTEN));
    }

    private static void tables(Scene scene) {
        scene.sql(
                "create role shop_app login",
                "revoke create on schema public from public",
                "create table orders (id bigint primary key, tenant_id int not null)",
                "create index on orders (tenant_id)",
                "alter table orders enable row level security",
                "create policy own on orders using (tenant_id = current_setting('app.tenant_id')::int)",
                "grant select, insert on orders to shop_app");
    }
}
