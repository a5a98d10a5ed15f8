package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.storage.Sizes.Database;
import dev.pgvigil.check.storage.Sizes.Databases;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SizesTest {

    private static final Sizes CHECK = new Sizes();
    private static final double GIB = 1 << 30;

    @ParameterizedTest
    @CsvSource({
        "21599, 5, 60, 0",
        "21600, 5, 60, 1",
        "86400, 9.9, 90, 0",
        "86400, 10, 110, 1",
        "86400, 10, 111, 0",
        "0, 0, 5, 0",
        "86400, 50, 50, 0",
    })
    void advisesOnGrowthByShareAndBytes(double seconds, double grown, double size, int findings) {
        Databases now = new Databases(List.of(
                new Database("shop", Math.round(size * GIB), seconds, grown * GIB), new Database("crm", 1, 1, 1)));

        assertThat(Evaluating.evaluate(CHECK, now, Evaluating.target("shop"))).hasSize(findings);
    }

    @Test
    void exportsSizes() {
        assertThat(RecordedMetrics.value(
                        RecordedMetrics.of(CHECK, new Databases(List.of(new Database("shop", 42, 0, 0)))),
                        "pgvigil_database_size_bytes",
                        "datname",
                        "shop"))
                .isEqualTo(42);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsGrowthUntilItShrinks(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        Target target = Evaluating.target(
                database, Map.of("sizes.growth", 0.1, "sizes.growth-bytes", 1e6, "sizes.window", 0.001));
        try (Collecting asking = Collecting.of(server, database)) {
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
            server.sqlIn(
                    database,
                    "create table orders as select i, repeat('x', 500) as note from generate_series(1, 20000) i");
            Finding found = Evaluating.one(CHECK, asking.collect(CHECK), target);
            assertThat(found.key()).isEqualTo("sizes/growth");
            assertThat(server.valueIn(database, String.valueOf(found.sql()))).isNotNull();
            server.sqlIn(database, "drop table orders", "checkpoint");
            assertThat(asking.collect(CHECK).databases())
                    .filteredOn(one -> one.datname().equals(database))
                    .singleElement()
                    .satisfies(one -> assertThat(one.grownBytes()).isLessThan(1_000_000));
        }
    }
}
