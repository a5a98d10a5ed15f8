package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.storage.Bloat.Table;
import dev.pgvigil.check.storage.Bloat.Tables;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BloatTest {

    private static final Bloat CHECK = new Bloat();
    private static final long GIB = 1 << 30;

    @ParameterizedTest
    @CsvSource({"2147483648, 1073741824, 1", "2147483650, 1073741824, 0", "2147483640, 1073741820, 0", "9, , 0"})
    void advisesByShareAndBytes(long bytes, @Nullable Long empty, int findings) {
        Tables tables = new Tables(List.of(new Table("public", "orders", bytes, empty)));

        assertThat(Evaluating.evaluate(CHECK, tables, Evaluating.target("shop")))
                .hasSize(findings);
    }

    @Test
    void exportsWhatIsUnknownApart() {
        List<RecordedMetrics.Figure> figures = RecordedMetrics.of(
                CHECK, new Tables(List.of(new Table("a", "b", GIB, 5L), new Table("a", "c", GIB, null))));

        assertThat(RecordedMetrics.value(figures, "pgvigil_bloat_empty_bytes")).isEqualTo(5);
        assertThat(RecordedMetrics.value(figures, "pgvigil_bloat_unknown_tables"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void estimatesOnlyWhatItMayReadUntilTheTableIsRewritten(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        Target target = Evaluating.target(database, Map.of("bloat.bytes", 1e6));
        server.server();
        server.sqlIn(
                database,
                "create table orders as select i as id, repeat('x', 100) as note from generate_series(1, 50000) i",
                "create table full_one as table orders",
                "delete from orders where id % 4 <> 0",
                "vacuum analyze orders",
                "vacuum analyze full_one");
        try (Collecting asking = Collecting.of(server, database)) {
            assertThat(asking.collect(CHECK).tables())
                    .filteredOn(table -> table.schema().equals("public"))
                    .hasSize(2)
                    .allMatch(table -> table.emptyBytes() == null);
            server.sqlIn(database, "grant select on orders, full_one to pgvigil");

            Tables seen = asking.collect(CHECK);
            assertThat(seen.tables().getFirst().name()).isEqualTo("orders");
            assertThat(seen.tables().getFirst().ratio()).isBetween(0.7, 0.8);
            assertThat(seen.tables())
                    .filteredOn(table -> table.name().equals("full_one"))
                    .allSatisfy(table -> assertThat(table.ratio()).isLessThan(0.05));
            Finding found = Evaluating.one(CHECK, seen, target);
            assertThat(found.key()).isEqualTo("bloat/tables");
            server.sqlIn(database, String.valueOf(found.sql()), "analyze orders");
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
        }
    }
}
