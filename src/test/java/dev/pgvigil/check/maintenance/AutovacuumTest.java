package dev.pgvigil.check.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.maintenance.Autovacuum.Worker;
import dev.pgvigil.check.maintenance.Autovacuum.Workers;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AutovacuumTest {

    private static final Autovacuum CHECK = new Autovacuum();

    @ParameterizedTest
    @CsvSource({
        "true, true, 3599.9, ",
        "true, true, 3600, autovacuum/busy",
        "false, true, 0, autovacuum/off",
        "true, false, 0, autovacuum/off",
    })
    void reportsOffAndBusy(boolean autovacuum, boolean trackCounts, double busy, String key) {
        List<Finding> findings = Evaluating.evaluate(
                CHECK, new Workers(autovacuum, trackCounts, 1, List.of(worker()), busy), Evaluating.target("shop"));

        assertThat(findings).extracting(Finding::key).isEqualTo(key == null ? List.of() : List.of(key));
    }

    @Test
    void exportsWorkers() {
        List<RecordedMetrics.Figure> figures =
                RecordedMetrics.of(CHECK, new Workers(true, false, 3, List.of(worker()), 5));

        assertThat(RecordedMetrics.value(figures, "pgvigil_autovacuum_enabled")).isEqualTo(0);
        assertThat(RecordedMetrics.value(figures, "pgvigil_autovacuum_workers")).isEqualTo(1);
        assertThat(RecordedMetrics.value(figures, "pgvigil_autovacuum_workers_limit"))
                .isEqualTo(3);
        assertThat(RecordedMetrics.value(figures, "pgvigil_autovacuum_busy_seconds"))
                .isEqualTo(5);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsBusyWorkersAndOff(int major) {
        Map<String, String> slow = Map.of(
                "autovacuum_max_workers", "1",
                "autovacuum_naptime", "1s",
                "autovacuum_vacuum_cost_delay", "100ms",
                "autovacuum_vacuum_cost_limit", "1");
        try (PgServer server = PgServer.start(major, slow);
                Collecting collecting = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target("postgres", Map.of("autovacuum.busy", 1.0));
            server.sql(
                    "create table orders as select generate_series(1, 200000) as id",
                    "delete from orders where id % 2 = 0");
            Workers busy = await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> collecting.collect(CHECK),
                            seen -> !Evaluating.evaluate(CHECK, seen, target).isEmpty()
                                    && seen.workers().getFirst().phase() != null);
            Finding found = Evaluating.one(CHECK, busy, target);
            assertThat(found.key()).isEqualTo("autovacuum/busy");
            assertThat(busy.workers().getFirst().work()).contains("VACUUM");
            assertThat(busy.workers().getFirst().phase()).isEqualTo("scanning heap");

            server.sql("alter system set autovacuum = off");
            server.reload();
            server.sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'autovacuum worker'");
            Finding off = await().atMost(Duration.ofSeconds(30))
                    .until(
                            () -> Evaluating.evaluate(CHECK, collecting.collect(CHECK), target),
                            findings -> findings.size() == 1
                                    && findings.getFirst().key().equals("autovacuum/off"))
                    .getFirst();
            assertThat(off.sql()).isEqualTo("alter system set autovacuum = on; select pg_reload_conf()");
            server.sql("alter system set autovacuum = on", "select pg_reload_conf()");
            await().until(() -> collecting.collect(CHECK).autovacuum());
        }
    }

    private static Worker worker() {
        return new Worker(1, "shop", 7.0, "autovacuum: VACUUM public.orders", "scanning heap", 0.5);
    }
}
