package dev.pgvigil.check.custom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.custom.Results.Result;
import dev.pgvigil.testing.PgServer;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PostgresExporterSeriesTest {

    private static final PostgresExporterSeries CHECK = new PostgresExporterSeries();

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void exportsWhatCommonDashboardsUse(int major) {
        PgServer server = PgServer.shared(major);
        try (Collecting collecting = Collecting.of(server, "postgres")) {
            Results results = collecting.collect(CHECK);

            assertThat(results.queries()).extracting(Result::failure).allMatch(Objects::isNull);
            var metrics = RecordedMetrics.of(CHECK, results);
            assertThat(RecordedMetrics.value(metrics, "pg_up")).isEqualTo(1);
            assertThat(RecordedMetrics.value(metrics, "pg_settings_max_connections"))
                    .isEqualTo(100);
            assertThat(RecordedMetrics.value(metrics, "pg_settings_shared_buffers_bytes"))
                    .isEqualTo(16 * 1024 * 1024);
            assertThat(RecordedMetrics.value(metrics, "pg_replication_is_replica"))
                    .isZero();
            assertThat(RecordedMetrics.value(metrics, "pg_replication_lag_seconds"))
                    .isZero();
            assertThat(RecordedMetrics.value(metrics, "pg_stat_bgwriter_buffers_alloc_total"))
                    .isPositive();
            assertThat(RecordedMetrics.value(
                            metrics, "pg_locks_count", "datname", "postgres", "mode", "accesssharelock"))
                    .isGreaterThanOrEqualTo(0);
            assertThat(RecordedMetrics.value(metrics, "pg_database_size_bytes", "datname", "postgres"))
                    .isGreaterThan(1_000_000);
            assertThat(RecordedMetrics.value(metrics, "pg_postmaster_start_time_seconds"))
                    .isGreaterThan(1.7e9);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "8kB, _bytes, 8192",
        "kB, _bytes, 1024",
        "MB, _bytes, 1048576",
        "ms, _seconds, 0.001",
        "min, _seconds, 60",
        "'', '', 1",
        "furlong, '', 1"
    })
    void namesUnitsAsPostgresExporterDoes(String unit, String suffix, double factor) {
        assertThat(SettingUnit.of(unit)).isEqualTo(new SettingUnit(suffix, factor));
    }
}
