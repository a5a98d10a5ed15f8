package dev.pgvigil.check.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.maintenance.Settings.Value;
import dev.pgvigil.check.maintenance.Settings.Values;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {

    private static final Settings CHECK = new Settings();

    @ParameterizedTest
    @CsvSource({
        "fsync, off, settings/unsafe",
        "fsync, on, ",
        "full_page_writes, off, settings/unsafe",
        "zero_damaged_pages, on, settings/unsafe",
        "ignore_checksum_failure, on, settings/unsafe",
        "enable_seqscan, off, settings/harmful",
        "log_min_duration_statement, 0, settings/harmful",
        "log_min_duration_statement, -1, ",
        "autovacuum_freeze_max_age, 1500000000, ",
        "autovacuum_freeze_max_age, 1500000001, settings/harmful",
    })
    void advisesOnSingleSettings(String name, String value, @Nullable String key) {
        assertThat(Evaluating.evaluate(CHECK, values(name, value), Evaluating.target("shop")))
                .extracting(Finding::key)
                .isEqualTo(key == null ? List.of() : List.of(key));
    }

    @ParameterizedTest
    @CsvSource({"1048576, 1023, 0", "1048576, 1024, 1", "4096, 1000, 0"})
    void advisesOnMemoryOfAllSessions(String workMem, String connections, int findings) {
        Values values = new Values(List.of(
                new Value("work_mem", workMem, "kB", false), new Value("max_connections", connections, null, false)));

        assertThat(Evaluating.evaluate(CHECK, values, Evaluating.target("shop")))
                .hasSize(findings);
    }

    @Test
    void exportsNumbers() {
        List<RecordedMetrics.Figure> figures = RecordedMetrics.of(
                CHECK,
                new Values(List.of(
                        new Value("fsync", "off", null, false), new Value("max_connections", "100", null, true))));

        assertThat(RecordedMetrics.value(figures, "pgvigil_settings_unsafe")).isEqualTo(1);
        assertThat(RecordedMetrics.value(figures, "pgvigil_settings_pending_restart"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsUntilSetBack(int major) {
        Map<String, String> safe = Map.of("fsync", "on", "full_page_writes", "on");
        try (PgServer server = PgServer.start(major, safe);
                Collecting asking = Collecting.of(server, "postgres")) {
            assertThat(keys(asking)).isEmpty();
            server.sql(
                    "alter system set full_page_writes = off",
                    "alter system set enable_seqscan = off",
                    "alter system set max_wal_senders = 20");
            server.reload();

            assertThat(keys(asking)).containsExactly("settings/unsafe", "settings/harmful", "settings/pending-restart");
            // Without a value in the files the server keeps saying that a restart is pending.
            server.sql("alter system reset all", "alter system set max_wal_senders = 10");
            server.reload();
            assertThat(keys(asking)).isEmpty();
        }
    }

    private static List<String> keys(Collecting asking) {
        return Evaluating.evaluate(CHECK, asking.collect(CHECK), Evaluating.target("postgres")).stream()
                .map(Finding::key)
                .toList();
    }

    private static Values values(String name, String value) {
        return new Values(List.of(new Value(name, value, null, false)));
    }
}
