package dev.pgvigil.check.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.Archiver.Archive;
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

class ArchiverTest {

    private static final Archiver CHECK = new Archiver();
    private static final Target SHOP = Evaluating.target("shop");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "false, true, true, 9, 9e9, 9e9, 99999999, ",
            "true, true, false, 0, 0, 10, 0, ",
            "true, false, false, 0, 0, 10, 0, archiver/unconfigured",
            "true, true, true, 1, 5, 10, 0, archiver/failing",
            "true, true, true, 0, 0, 10, 0, ",
            "true, true, false, 2, 599, 10, 0, ",
            "true, true, false, 2, 600, 10, 0, archiver/backlog",
            "true, true, false, 1, 600, 10, 0, ",
            "true, true, false, 0, 0, 3599, 1048576, ",
            "true, true, false, 0, 0, 3600, 1048575, ",
            "true, true, false, 0, 0, 3600, 1048576, archiver/late",
            "true, true, true, 9, 900, 3600, 1048576, archiver/failing",
        })
        void reportsTheFirstCause(
                boolean active,
                boolean configured,
                boolean failing,
                long ready,
                double oldest,
                double idle,
                long written,
                @Nullable String key) {
            Archive now = new Archive(
                    "on", active, configured, 0, failing, 1, 1, "A", 10.0, "B", 5.0, ready, oldest, idle, written);

            assertThat(Evaluating.evaluate(CHECK, now, SHOP))
                    .extracting(Finding::key)
                    .isEqualTo(key == null ? List.of() : List.of(key));
        }

        @Test
        void lateArchivingIsAdvice() {
            Archive now =
                    new Archive("on", true, true, 0, false, 1, 0, "A", 7200.0, null, null, 0L, null, 7200.0, 5 << 20);

            Finding found = Evaluating.one(CHECK, now, SHOP);
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.observed()).isEqualTo("nothing was archived for 2 h, 5 MiB of WAL were written since");
            assertThat(found.cause()).contains("archive_timeout is 0");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsFailingArchiveUntilItIsRepaired(int major) {
        try (PgServer server = PgServer.start(major, Map.of("archive_mode", "on", "archive_command", "/bin/true"));
                Collecting asking = Collecting.of(server, "postgres")) {
            write(server);
            await().atMost(PATIENCE).until(() -> asking.collect(CHECK).archivedCount() > 0);
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP)).isEmpty();

            command(server, "/bin/false");
            write(server);
            await().atMost(PATIENCE).untilAsserted(() -> {
                Finding found = Evaluating.one(CHECK, asking.collect(CHECK), SHOP);
                assertThat(found.key()).isEqualTo("archiver/failing");
                assertThat(found.observed()).contains("wait");
            });
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, asking.collect(CHECK)), "pgvigil_archiver_ready_files"))
                    .isPositive();

            command(server, "");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Evaluating.one(CHECK, asking.collect(CHECK), SHOP)
                                    .key())
                            .isEqualTo("archiver/unconfigured"));

            command(server, "/bin/true");
            // After three failures the archiver waits for a minute, unless there is a new file.
            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                write(server);
                assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP))
                        .isEmpty();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsSlowArchiveAndChangesThatAreNotArchived(int major) {
        Target hasty = Evaluating.target("shop", Map.of("archiver.backlog", 1.0, "archiver.late", 0.0));
        try (PgServer server = PgServer.start(major, Map.of("archive_mode", "on", "archive_command", "sleep 4"));
                Collecting asking = Collecting.of(server, "postgres")) {
            write(server);
            write(server);
            write(server);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Evaluating.one(CHECK, asking.collect(CHECK), hasty)
                                    .key())
                            .isEqualTo("archiver/backlog"));
            command(server, "/bin/true");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty))
                            .isEmpty());

            asking.collect(CHECK);
            // The server counts an archived file up to a moment after it is gone from the directory, and with
            // it what was written begins anew.
            await().atMost(PATIENCE).untilAsserted(() -> {
                server.sql("drop table if exists orders", "create table orders as select generate_series(1, 50000) id");
                assertThat(Evaluating.one(CHECK, asking.collect(CHECK), hasty).key())
                        .isEqualTo("archiver/late");
            });
            write(server);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty))
                            .isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void saysNothingWhereNothingIsArchived(int major) {
        try (Collecting asking = Collecting.of(PgServer.shared(major), "postgres")) {
            Archive now = asking.collect(CHECK);
            assertThat(now.active()).isFalse();
            assertThat(now.readyFiles()).isNull();
            assertThat(Evaluating.evaluate(CHECK, now, SHOP)).isEmpty();
            assertThat(RecordedMetrics.of(CHECK, now)).isEmpty();
        }
    }

    private static void command(PgServer server, String command) {
        server.sql("alter system set archive_command = '" + command + "'");
        server.reload();
    }

    private static void write(PgServer server) {
        server.sql("select pg_logical_emit_message(false, 'test', 'x')", "select pg_switch_wal()");
    }
}
