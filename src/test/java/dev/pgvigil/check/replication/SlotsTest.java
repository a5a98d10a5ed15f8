package dev.pgvigil.check.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.Slots.Decoding;
import dev.pgvigil.check.replication.Slots.Listing;
import dev.pgvigil.check.replication.Slots.Slot;
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

class SlotsTest {

    private static final Slots CHECK = new Slots();
    private static final Target SHOP = Evaluating.target("shop");
    private static final long GIB = 1L << 30;

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "0, true, , ",
            "4294967295, false, , ",
            "4294967296, false, DEGRADED, MEDIUM",
            "4294967296, true, DEGRADED, MEDIUM",
            "34359738367, true, DEGRADED, MEDIUM",
            "34359738368, true, DEGRADED, HIGH",
        })
        void reportsWalKeptWithoutLimit(
                long retained, boolean active, @Nullable Status status, @Nullable Severity severity) {
            List<Finding> found =
                    Evaluating.evaluate(CHECK, listing(null, slot(active, "reserved", null, retained)), SHOP);

            assertThat(found).extracting(Finding::status).isEqualTo(status == null ? List.of() : List.of(status));
            assertThat(found).extracting(Finding::severity).isEqualTo(severity == null ? List.of() : List.of(severity));
            assertThat(Evaluating.evaluate(
                            CHECK, listing(1000 * GIB, slot(active, "extended", 900 * GIB, retained)), SHOP))
                    .isEmpty();
        }

        @ParameterizedTest
        @CsvSource({
            "extended, 31, false",
            "extended, 30, true",
            "unreserved, 99, true",
            "unreserved, -5, true",
            "reserved, , false",
        })
        void reportsSlotNearTheLimit(String walStatus, @Nullable Long safe, boolean near) {
            List<Finding> found = Evaluating.evaluate(CHECK, listing(100L, slot(true, walStatus, safe, 70)), SHOP);

            assertThat(found).extracting(Finding::key).isEqualTo(near ? List.of("slots/near-limit") : List.of());
        }

        @ParameterizedTest
        @CsvSource({
            "lost, , max_slot_wal_keep_size",
            "lost, wal_removed, max_slot_wal_keep_size",
            "reserved, rows_removed, hot_standby_feedback",
            "reserved, wal_level_insufficient, wal_level",
            "reserved, idle_timeout, idle_replication_slot_timeout",
        })
        void reportsLostSlotWithItsCauseAlone(String walStatus, @Nullable String reason, String cause) {
            Slot slot = new Slot(
                    "shop",
                    null,
                    "physical",
                    null,
                    false,
                    false,
                    walStatus,
                    null,
                    null,
                    null,
                    99 * GIB,
                    null,
                    9e9,
                    reason,
                    false,
                    null);

            Finding found = Evaluating.one(CHECK, listing(null, slot), SHOP);
            assertThat(found.key()).isEqualTo("slots/lost");
            assertThat(found.cause()).contains(cause);
            assertThat(found.sql()).isEqualTo("select pg_drop_replication_slot('shop')");
        }

        @ParameterizedTest
        @CsvSource({
            "259199, false, false, false, 0",
            "259200, false, false, false, 1",
            "259200, true, false, false, 0",
            "259200, false, true, false, 0",
            "259200, false, false, true, 0",
            ", false, false, false, 0",
        })
        void advisesOnSlotsThatNobodyUses(
                @Nullable Double inactive, boolean active, boolean temporary, boolean synced, int findings) {
            Slot slot = new Slot(
                    "shop",
                    null,
                    "logical",
                    "app",
                    temporary,
                    active,
                    "reserved",
                    null,
                    null,
                    5L,
                    9L,
                    9L,
                    inactive,
                    null,
                    synced,
                    null);
            List<Finding> found = Evaluating.evaluate(CHECK, listing(null, slot), SHOP);

            assertThat(found).hasSize(findings).allMatch(finding -> finding.status() == Status.HEALTHY);
        }

        @ParameterizedTest
        @CsvSource({
            "0, 134217727, 30, 1, 1, 0",
            "0, 134217728, 30, 1, 1, 1",
            "268435456, 268435456, 30, 1, 1, 0",
            "268435456, 536870912, 60, 1, 1, 1",
            "268435456, 134217728, 30, 1, 2, 1",
            "268435456, 1000, 30, 1, 2, 0",
        })
        void advisesOnSpilledChangesByRate(
                long before, long after, long seconds, double resetBefore, double resetAfter, int findings) {
            Previous<Listing> previous = new Previous<>(
                    listing(null, decoding(before, resetBefore)), Evaluating.NOW.minusSeconds(seconds), Evaluating.NOW);
            List<Finding> found = CHECK.evaluate(listing(null, decoding(after, resetAfter)), previous, SHOP);

            assertThat(found).hasSize(findings);
            found.forEach(finding -> Evaluating.complete(CHECK, finding));
        }

        @Test
        void tellsHowFastRetentionGrows() {
            Previous<Listing> previous = new Previous<>(
                    listing(null, slot(false, "extended", null, 5 * GIB)),
                    Evaluating.NOW.minusSeconds(1800),
                    Evaluating.NOW);
            Finding found = CHECK.evaluate(listing(null, slot(false, "extended", null, 6 * GIB)), previous, SHOP)
                    .getFirst();

            assertThat(found.observed())
                    .isEqualTo("slot shop, which nobody uses, keeps 6 GiB of WAL, 2 GiB more an hour");
        }

        private static Listing listing(@Nullable Long keep, Slot slot) {
            return new Listing(keep, List.of(slot), 1);
        }

        private static Slot slot(boolean active, String walStatus, @Nullable Long safe, long retained) {
            return new Slot(
                    "shop",
                    null,
                    "physical",
                    null,
                    false,
                    active,
                    walStatus,
                    safe,
                    null,
                    null,
                    retained,
                    null,
                    null,
                    null,
                    false,
                    null);
        }

        private static Slot decoding(long spilled, double reset) {
            return slot(true, "reserved", null, 0).with(new Decoding(1, spilled, 0, spilled, reset));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsSlotFromWalKeptToLost(int major) {
        // So large that no checkpoint begins by itself: one would remove WAL that is only near the limit.
        Map<String, String> large = Map.of("max_wal_size", "4GB", "min_wal_size", "32MB", "wal_level", "logical");
        Target target = Evaluating.target("postgres", Map.of("slots.retained", 20.0 * (1 << 20)));
        try (PgServer server = PgServer.start(major, large);
                Collecting asking = Collecting.of(server, "postgres")) {
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
            server.sql(
                    "select pg_create_physical_replication_slot('gone', true)",
                    "select pg_create_logical_replication_slot('changes', 'test_decoding')");
            Listing fresh = asking.collect(CHECK);
            assertThat(Evaluating.evaluate(CHECK, fresh, target)).isEmpty();
            assertThat(fresh.named("changes")).hasValueSatisfying(slot -> {
                assertThat(slot.database()).isEqualTo("postgres");
                assertThat(slot.catalogXminAge()).isNotNull();
                assertThat(slot.decoding()).isNotNull();
                assertThat(slot.inactiveSeconds() == null).isEqualTo(major < 17);
            });

            write(server);
            Finding kept = Evaluating.one(CHECK, asking.collect(CHECK), target);
            assertThat(kept.key()).isEqualTo("slots/retained");
            assertThat(kept.evidence()).hasSize(2);
            assertThat(RecordedMetrics.value(
                            RecordedMetrics.of(CHECK, asking.collect(CHECK)),
                            "pgvigil_replication_slot_retained_bytes",
                            "slot_name",
                            "gone"))
                    .isGreaterThan(20.0 * (1 << 20));

            server.sql("alter system set max_slot_wal_keep_size = '48MB'");
            server.reload();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> asking.collect(CHECK).keepBytes() != null);
            write(server);
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .extracting(Finding::key)
                    .contains("slots/near-limit");

            write(server);
            write(server);
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                server.sql("checkpoint");
                assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                        .extracting(Finding::key)
                        .containsExactly("slots/lost");
            });
            server.sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void countsSpilledChanges(int major) {
        Map<String, String> settings = Map.of("wal_level", "logical", "logical_decoding_work_mem", "64kB");
        try (PgServer server = PgServer.start(major, settings);
                Collecting asking = Collecting.of(server, "postgres")) {
            server.sql(
                    "create table orders (id int)",
                    "select pg_create_logical_replication_slot('changes', 'test_decoding')",
                    "insert into orders select generate_series(1, 20000)");
            Listing before = asking.collect(CHECK);
            server.sql("select count(*) from pg_logical_slot_get_changes('changes', null, null)");
            Target target = Evaluating.target("postgres", Map.of("slots.spilled", 100_000.0));
            Previous<Listing> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(30), Evaluating.NOW);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(CHECK.evaluate(asking.collect(CHECK), previous, target))
                            .extracting(Finding::key)
                            .containsExactly("slots/spilled"));
        }
    }

    /** About 32 MiB of WAL. */
    private static void write(PgServer server) {
        server.sql(
                "create table if not exists filler (t text)",
                "insert into filler select repeat('x', 1000) from generate_series(1, 30000)",
                "select pg_switch_wal()");
    }
}
