package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.storage.Checkpoints.Activity;
import dev.pgvigil.check.storage.Checkpoints.Growth;
import dev.pgvigil.check.storage.Checkpoints.Reading;
import dev.pgvigil.check.storage.Checkpoints.Settings;
import dev.pgvigil.check.storage.Checkpoints.Totals;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointsTest {

    private static final Checkpoints CHECK = new Checkpoints();
    private static final Target SHOP = Evaluating.target("shop");
    private static final double GIB = 1 << 30;
    private static final Settings SETTINGS = new Settings(300, GIB, 0.9);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "599, 20, 10, ",
            "600, 20, 10, checkpoints/storm",
            "600, 20, 4.9, ",
        })
        void reportsStormByTimeAndWal(double seconds, long requested, double gib, @Nullable String key) {
            Activity seen = activity(Growth.NONE, growth(seconds, 0, requested, gib, 0));

            assertThat(Evaluating.evaluate(CHECK, seen, SHOP))
                    .extracting(Finding::key)
                    .isEqualTo(key == null ? List.of() : List.of(key));
        }

        @ParameterizedTest
        @CsvSource({
            "1800, 3, 9, 9, ",
            "1800, 3, 10, 9, checkpoints/requested",
            "1799, 3, 10, 9, ",
            "3600, 10, 10, 9, ",
            "3600, 3, 10, 2.4, ",
        })
        void advisesOnRequestedCheckpoints(
                double seconds, long timed, long requested, double gib, @Nullable String key) {
            Activity seen = activity(growth(seconds, timed, requested, gib, 0), Growth.NONE);

            List<Finding> findings = Evaluating.evaluate(CHECK, seen, SHOP);

            assertThat(findings).extracting(Finding::key).isEqualTo(key == null ? List.of() : List.of(key));
            assertThat(findings).allSatisfy(found -> {
                assertThat(found.status()).isEqualTo(Status.HEALTHY);
                // 10 MiB a second for 300 s, times 1.9, and 10 % more
                assertThat(found.sql()).startsWith("alter system set max_wal_size = '7GB'");
            });
        }

        @ParameterizedTest
        @CsvSource({"2, 999, ", "4, 119.9, ", "4, 120, checkpoints/slow-sync"})
        void reportsSlowSync(long timed, double sync, @Nullable String key) {
            assertThat(Evaluating.evaluate(CHECK, activity(growth(3600, timed, 0, 1, sync), Growth.NONE), SHOP))
                    .extracting(Finding::key)
                    .isEqualTo(key == null ? List.of() : List.of(key));
        }

        @Test
        void exportsTotals() {
            List<RecordedMetrics.Figure> figures =
                    RecordedMetrics.of(CHECK, activity(Growth.NONE, growth(120, 0, 4, 4, 0)));

            assertThat(RecordedMetrics.value(figures, "pgvigil_checkpoints_storm_seconds"))
                    .isEqualTo(120);
            assertThat(RecordedMetrics.value(figures, "pgvigil_checkpoints_requested_total"))
                    .isEqualTo(7);
            assertThat(RecordedMetrics.value(figures, "pgvigil_wal_max_bytes")).isEqualTo(GIB);
        }

        private static Activity activity(Growth hour, Growth storm) {
            return new Activity(new Totals(5, 7, 1, 1, 9, 9, 9), hour, storm, 10 << 20, 5, 9, 9, SETTINGS);
        }

        private static Growth growth(double seconds, long timed, long requested, double gib, double sync) {
            return new Growth(seconds, new Totals(timed, requested, 0, sync, 0, gib * GIB, 0));
        }
    }

    @Nested
    class History {

        private final CheckpointHistory history = new CheckpointHistory();

        @Test
        void keepsAnHourAndItsPeak() {
            Activity seen = add(0, 0, "a");
            for (int minute = 1; minute <= 90; minute++) {
                seen = add(minute * 60, minute, "a");
            }

            assertThat(seen.hour().seconds()).isEqualTo(3600);
            assertThat(seen.hour().totals().requested()).isEqualTo(60);
            assertThat(seen.storm().seconds()).isEqualTo(5400);
            assertThat(seen.peakWalBytesPerSecond()).isEqualTo(GIB / 60);
        }

        @Test
        void endsStormAfterAGap() {
            add(0, 0, "a");
            add(60, 1, "a");
            assertThat(add(120, 1, "a").storm().seconds()).isEqualTo(60);
            assertThat(add(180, 1, "a").storm()).isEqualTo(Growth.NONE);
            assertThat(add(240, 2, "a").storm().seconds()).isEqualTo(60);
        }

        @Test
        void startsAnewAfterAReset() {
            add(0, 50, "a");
            add(60, 60, "a");

            assertThat(add(120, 70, "b").hour()).isEqualTo(Growth.NONE);
            assertThat(add(180, 3, "b").storm()).isEqualTo(Growth.NONE);
        }

        private Activity add(double now, long requested, String reset) {
            return history.add(
                    new Reading(now, new Totals(0, requested, 0, 0, 0, requested * GIB, 0), reset, 0, 0, 0, SETTINGS));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsStormWhileMuchIsWritten(int major) {
        try (PgServer server = PgServer.start(major, Map.of("max_wal_size", "32MB", "min_wal_size", "32MB"));
                Collecting collecting = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target("postgres", Map.of("checkpoints.storm", 1.0, "checkpoints.window", 1.0));
            server.sql("create table orders (id int, note text)");
            collecting.collect(CHECK);
            Finding found = await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                server.sql(
                                        "insert into orders select i, repeat('x', 200) from generate_series(1, 100000) i");
                                return Evaluating.evaluate(CHECK, collecting.collect(CHECK), target);
                            },
                            findings ->
                                    findings.stream().anyMatch(one -> one.key().equals("checkpoints/storm")))
                    .getFirst();
            assertThat(found.observed()).contains("forced by WAL");

            Activity before = collecting.collect(CHECK);
            server.sql("checkpoint");
            await().untilAsserted(
                            () -> assertThat(collecting.collect(CHECK).totals().requested())
                                    .isGreaterThan(before.totals().requested()));
            assertThat(before.walDirectoryBytes()).isGreaterThan(16 << 20);
            assertThat(before.settings()).isEqualTo(new Settings(300, 32 << 20, 0.9));
            server.sql(
                    "select pg_stat_reset_shared('bgwriter')",
                    "select pg_stat_reset_shared('wal')",
                    major >= 17 ? "select pg_stat_reset_shared('checkpointer')" : "select 1");
            await().untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, collecting.collect(CHECK), target))
                    .isEmpty());
        }
    }
}
