package dev.pgvigil.check.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.storage.Checksums.Database;
import dev.pgvigil.check.storage.Checksums.Failures;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ChecksumsTest {

    private static final Checksums CHECK = new Checksums();
    private static final Target SHOP = Evaluating.target("shop");

    @ParameterizedTest
    @CsvSource({"shop, 604799, 1", "shop, 604800, 0", "crm, 5, 0", ", 5, 1"})
    void reportsRecentFailuresOfTheDatabaseAndOfSharedCatalogs(
            @Nullable String datname, double secondsAgo, int findings) {
        List<Finding> found =
                Evaluating.evaluate(CHECK, new Failures(true, List.of(new Database(datname, 3, secondsAgo))), SHOP);

        assertThat(found).hasSize(findings);
        assertThat(found).allSatisfy(one -> {
            assertThat(one.key()).isEqualTo("checksums/failures");
            assertThat(one.status()).isEqualTo(Status.DEGRADED);
            assertThat(one.severity()).isEqualTo(Severity.CRITICAL);
        });
    }

    @Test
    void exportsNoFiguresWithoutChecksums() {
        assertThat(RecordedMetrics.of(CHECK, new Failures(false, List.of())))
                .extracting(RecordedMetrics.Figure::name)
                .containsExactly("pgvigil_checksums_enabled");
        assertThat(RecordedMetrics.value(
                        RecordedMetrics.of(CHECK, new Failures(true, List.of(new Database("shop", 3, 5)))),
                        "pgvigil_checksums_failures"))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void advisesWhereChecksumsAreOff(int major) {
        PgServer server = PgServer.shared(major);
        try (Collecting collecting = Collecting.of(server, "postgres")) {
            Failures seen = collecting.collect(CHECK);

            assertThat(seen.enabled()).isEqualTo(major >= 18);
            assertThat(Evaluating.evaluate(CHECK, seen, SHOP))
                    .extracting(Finding::key)
                    .isEqualTo(major >= 18 ? List.of() : List.of("checksums/off"));
        }
    }

    /** Checksums are on by default from 18; older servers of the tests have none. */
    @Test
    void reportsACorruptPageUntilItIsGone() throws IOException {
        int major = PgServer.majors().getLast();
        try (PgServer server = PgServer.start(major)) {
            server.sql("create table orders as select generate_series(1, 1000) as id");
            corrupt(server, "postgres", "orders");
            assertThatThrownBy(() -> server.sql("select count(*) from orders")).hasMessageContaining("invalid page");
            try (Collecting collecting = Collecting.of(server, "postgres")) {
                Finding found = await().until(
                                () -> Evaluating.evaluate(
                                        CHECK, collecting.collect(CHECK), Evaluating.target("postgres")),
                                findings -> !findings.isEmpty())
                        .getFirst();
                assertThat(found.observed())
                        .matches("[1-9][0-9]* checksum failures? in database postgres, the last .* ago");
                assertThat(server.value(String.valueOf(found.sql()))).isEqualTo("postgres");

                server.sql("drop table orders", "select pg_stat_reset()");
                await().untilAsserted(() -> assertThat(
                                Evaluating.evaluate(CHECK, collecting.collect(CHECK), Evaluating.target("postgres")))
                        .isEmpty());
            }
        }
    }

    /** Changes a byte of the first page of a table while the server is down. */
    static void corrupt(PgServer server, String database, String table) throws IOException {
        server.sqlIn(database, "checkpoint");
        Path file = server.data()
                .resolve(String.valueOf(server.valueIn(database, "select pg_relation_filepath('" + table + "')")));
        server.stop();
        try (RandomAccessFile page = new RandomAccessFile(file.toFile(), "rw")) {
            page.seek(8000);
            int old = page.read();
            page.seek(8000);
            page.write(old ^ 0xff);
        }
        server.restart();
    }
}
