package dev.pgvigil.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.PgServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaDriftTest {

    static List<Integer> majors() {
        return PgServer.majors();
    }

    private static List<String> schemas(String... names) {
        List<String> statements = new ArrayList<>();
        for (String name : names) {
            statements.add("create schema " + name);
            statements.add("create table " + name + ".customers (id int primary key, name text not null)");
            statements.add("create table " + name + ".orders (id serial primary key, customer_id int references " + name
                    + ".customers, vat_id text, amount numeric(12, 2) check (amount > 0))");
            statements.add("create index on " + name + ".orders (customer_id)");
            statements.add(
                    "create function " + name + ".tax(numeric) returns numeric language sql as 'select $1 * 0.2'");
            statements.add("create role {u}" + name);
            statements.add("grant usage on schema " + name + " to {u}" + name);
        }
        return statements;
    }

    @ParameterizedTest
    @MethodSource("majors")
    void tellsInWordsWhichSchemasDiffer(int major) {
        try (TenantScene scene =
                TenantScene.on(major, schemas("tenant_a", "tenant_b", "tenant_c", "tenant_d", "tenant_e"))) {
            scene.tenancy(List.of(scene.unique + "tenant_?"), List.of());
            assertThat(scene.collect().violations()).isEmpty();

            scene.run("alter table tenant_b.orders drop column vat_id", "create index on tenant_e.orders (amount)");
            assertThat(scene.collect().violations())
                    .extracting(Violation::rule, Violation::observed)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.api.Assertions.tuple(
                                    "drifted-schema",
                                    "1 schema (tenant_b) differs from 3 such as tenant_a:"
                                            + " without column orders.vat_id text"),
                            org.assertj.core.api.Assertions.tuple(
                                    "drifted-schema",
                                    "1 schema (tenant_e) differs from 3 such as tenant_a:"
                                            + " with index on orders: USING btree (amount)"));

            // The order of columns, and names that the server made, are no difference.
            scene.run("alter table tenant_b.orders add column vat_id text", "drop index tenant_e.orders_amount_idx");
            assertThat(scene.collect().violations()).isEmpty();
        }
    }
}
