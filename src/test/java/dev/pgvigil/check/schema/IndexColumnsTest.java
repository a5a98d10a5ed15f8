package dev.pgvigil.check.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IndexColumnsTest {

    private static final Map<String, String> TYPES =
            Map.of("id", "int4", "customer", "int4", "state", "varchar", "made", "timestamptz", "Odd Name", "text");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            select * from orders where customer = $1                                     | customer
            select count(*) from orders o where o.customer = $1 and o.state = $2         | customer, state
            select id from public.orders where state = $1 and made >= $2 order by made   | state, made
            select id from orders where made between $1 and $2                           | made
            select id from orders where made > $1 and customer = $2 limit $3             | customer, made
            select id from orders where customer in ($1 /*, ... */)                      | customer
            select id from orders where customer = any ($1)                              | customer
            select id from orders where (customer = $1) and (state = $2::varchar)        | customer, state
            select "Odd Name" from "orders" where "Odd Name" = $1                        | Odd Name
            update orders set state = $1 where customer = $2                             | customer
            delete from only orders where customer = $1 returning id                     | customer
            SELECT * FROM ORDERS WHERE CUSTOMER = $1                                     | customer
            select * from orders where lower(state) = $1 and customer = $2               | customer
            """)
    void readsColumnsThatAreComparedWithValues(String query, String columns) {
        assertThat(IndexColumns.ofStatement(query, "orders", TYPES).map(IndexColumns::all))
                .contains(List.of(columns.split(", ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (customer = $1)                                            | true
            ((customer = $1) AND (made >= $2) AND (made <= $3))        | true
            ((customer = $1) AND (lower((state)::text) = $2))          | false
            ((customer = $1) AND (id <> 5))                            | false
            """)
    void tellsWhetherItReadAllConditions(String filter, boolean complete) {
        assertThat(IndexColumns.ofFilter(filter, TYPES).map(IndexColumns::complete))
                .contains(complete);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from orders",
                "select * from orders where customer = $1 or state = $2",
                "select * from orders where not customer = $1",
                "select * from orders where lower(state) = $1",
                "select * from orders where customer = id",
                "select * from orders where customer = $1 + id",
                "select * from orders where customer <> $1",
                "select * from orders where customer + $1 = id",
                "select * from orders where state like $1",
                "select * from orders where state is null",
                "select * from orders where price = $1",
                "select * from orders, customers where customer = $1",
                "select * from orders join customers on true where customer = $1",
                "select * from orders where customer in (select customer from orders)",
                "select * from other where customer = $1",
                "select * from (select * from orders) orders where customer = $1",
                "insert into orders select * from orders where customer = $1",
                "with a as (select 1) select * from orders where customer = $1",
                "select * from orders where customer = $1 and …",
                "vacuum orders",
                ""
            })
    void readsNothingThatIsNotSure(String query) {
        assertThat(IndexColumns.ofStatement(query, "orders", TYPES)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            (customer = $1)                                            | customer
            ((customer = $1) AND (made >= $2))                         | customer, made
            (((state)::text = $1) AND (customer = $2))                 | state, customer
            (("Odd Name" = $1) AND (id < 5))                           | Odd Name
            (customer = ANY ($1))                                      | customer
            """)
    void readsFiltersOfPlans(String filter, String columns) {
        assertThat(IndexColumns.ofFilter(filter, TYPES).map(IndexColumns::all)).contains(List.of(columns.split(", ")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((customer = $1) OR (id = $2))",
                "((customer)::numeric = $1)",
                "(lower((state)::text) = $1)",
                "(NOT (hashed SubPlan 1))",
                "(made IS NULL)",
                ""
            })
    void readsNoFilterThatAnIndexDoesNotServe(String filter) {
        assertThat(IndexColumns.ofFilter(filter, TYPES)).isEqualTo(Optional.empty());
    }
}
