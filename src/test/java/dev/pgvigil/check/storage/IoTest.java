package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.storage.Io.Database;
import dev.pgvigil.check.storage.Io.Usage;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class IoTest {

    private static final Io CHECK = new Io();
    private static final Target SHOP = Evaluating.target("shop");

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "1800, 1800000, 30000000, 1",
            "1800, 1800000, 34200000, 0",
            "1800, 1799999, 30000000, 0",
            "1799, 1800000, 30000000, 0",
            "0, 0, 0, 0",
        })
        void advisesOnLowRatioOfManyReads(double seconds, double reads, double hits, int findings) {
            Usage usage = new Usage(false, List.of(new Database("shop", 5, 5, null, seconds, reads, hits)), List.of());

            List<Finding> found = Evaluating.evaluate(CHECK, usage, SHOP);

            assertThat(found).hasSize(findings);
            assertThat(found).allSatisfy(one -> assertThat(one.status()).isEqualTo(Status.HEALTHY));
        }

        @ParameterizedTest
        @CsvSource({"3000, 59.9, 0", "3000, 60, 1", "2999, 90, 0", "-5, 90, 0", "3000, , 0"})
        void reportsSlowReads(long reads, @Nullable Double seconds, int findings) {
            Usage before = new Usage(
                    true, List.of(new Database("shop", 100, 5, seconds == null ? null : 7.0, 0, 0, 0)), List.of());
            Usage now = new Usage(
                    true,
                    List.of(new Database("shop", 100 + reads, 5, seconds == null ? null : 7 + seconds, 60, 0, 0)),
                    List.of());
            Previous<Usage> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(60), Evaluating.NOW);

            List<Finding> found = CHECK.evaluate(now, previous, SHOP);

            assertThat(found).hasSize(findings);
            found.forEach(one -> Evaluating.complete(CHECK, one));
        }

        @Test
        void exportsNoTimesThatAreUnknown() {
            Database unknown = new Database("shop", 3, 4, null, 0, 0, 0);
            assertThat(RecordedMetrics.of(CHECK, new Usage(false, List.of(unknown), List.of())))
                    .extracting(RecordedMetrics.Figure::name)
                    .containsExactly("pgvigil_io_blocks_read_total", "pgvigil_io_blocks_hit_total");
        }
    }

    @Test
    void keepsAnHourOfEachKeyWithinTheBudget() {
        MemoryBudget budget = new MemoryBudget(1600);
        GrowthWindow<String> hours = GrowthWindow.hour(budget);
        hours.add("shop", 0, "a", 10);
        for (int minute = 1; minute <= 120; minute++) {
            hours.add("shop", minute * 60, "a", 10 + minute);
        }
        GrowthWindow.Growth hour = hours.add("shop", 121 * 60, "a", 131);
        assertThat(hour.seconds()).isBetween(3000.0, 3600.0);
        assertThat(hour.perSecond(0) * 60).isEqualTo(1);
        assertThat(hours.add("crm", 0, "a", 1).seconds()).isZero();
        assertThat(hours.add("shop", 122 * 60, "b", 131).seconds()).isZero();
        assertThat(hours.add("shop", 123 * 60, "b", 2).seconds()).isZero();
        hours.retain(Set.of());
        hours.add("crm", 0, "a", 1);
        assertThat(hours.add("crm", 60, "a", 7).values()[0]).isEqualTo(6);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsReadsWhileTheyAreTimed(int major) {
        try (PgServer server = PgServer.start(major, Map.of("shared_buffers", "1MB"));
                Collecting asking = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target(
                    "postgres",
                    Map.of("io.read-microseconds", 0.0, "io.reads", 1.0, "io.window", 0.001, "io.hit-ratio", 0.9999));
            server.sql("create table orders as select i, repeat('x', 500) as note from generate_series(1, 40000) i");
            Usage untimed = asking.collect(CHECK);
            assertThat(untimed.timed()).isFalse();
            assertThat(untimed.of("postgres").orElseThrow().readSeconds()).isNull();
            server.sql("alter system set track_io_timing = on");
            server.reload();
            Usage before = asking.collect(CHECK);

            Usage now = await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> {
                                server.sql("select count(*) from orders");
                                return asking.collect(CHECK);
                            },
                            seen -> CHECK.evaluate(seen, previous(before), target)
                                            .size()
                                    == 2);
            List<Finding> found = CHECK.evaluate(now, previous(before), target);
            found.forEach(one -> Evaluating.complete(CHECK, one));
            assertThat(found).extracting(Finding::key).containsExactly("io/cache", "io/slow-reads");
            assertThat(now.backends().isEmpty()).isEqualTo(major < 16);
            assertThat(now.backends())
                    .allSatisfy(one -> assertThat(one.readBytes()).isGreaterThanOrEqualTo((double) one.reads()));
            assertThat(CHECK.evaluate(now, previous(now), Evaluating.target("postgres")))
                    .isEmpty();
        }
    }

    private static Previous<Usage> previous(Usage usage) {
        return new Previous<>(usage, Evaluating.NOW.minusSeconds(1), Evaluating.NOW);
    }
}
