package dev.pgvigil.check.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.replication.Subscriptions.Listing;
import dev.pgvigil.check.replication.Subscriptions.Subscription;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.Majors;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SubscriptionsTest {

    private static final Subscriptions CHECK = new Subscriptions();
    private static final Target SHOP = Evaluating.target("shop");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Nested
    class Evaluates {

        @ParameterizedTest
        @CsvSource({
            "slot, false, 5, DEGRADED, MEDIUM",
            "slot, true, 0, DEGRADED, MEDIUM",
            "slot, true, 1, DEGRADED, HIGH",
            ", true, 1, HEALTHY, LOW",
        })
        void reportsDisabledSubscription(
                @Nullable String slot, boolean onError, long errors, Status status, Severity severity) {
            Finding found = Evaluating.one(
                    CHECK,
                    listing(new Subscription(
                            "orders", false, slot, onError, false, null, 0, 1, 0, 0, null, errors, 0L)),
                    SHOP);

            assertThat(found.key()).isEqualTo("subscriptions/disabled");
            assertThat(found.status()).isEqualTo(status);
            assertThat(found.severity()).isEqualTo(severity);
            assertThat(found.sql()).isEqualTo("alter subscription \"orders\" enable");
        }

        @ParameterizedTest
        @CsvSource({
            "true, 299, 0, 0, ",
            "true, 300, 0, 0, subscriptions/stalled",
            "true, , 0, 0, ",
            "false, , 0, 0, subscriptions/stopped",
            "true, 1, 2, 599, ",
            "true, 1, 2, 600, subscriptions/copying",
            "true, 1, 0, 600, ",
        })
        void reportsSubscriptionThatDoesNotAdvance(
                boolean running, @Nullable Double message, long pending, double waiting, @Nullable String key) {
            List<Finding> found = Evaluating.evaluate(
                    CHECK,
                    listing(new Subscription(
                            "orders", true, "orders", false, running, message, 0, 3, pending, waiting, null, null,
                            null)),
                    SHOP);

            assertThat(found).extracting(Finding::key).isEqualTo(key == null ? List.of() : List.of(key));
        }

        @ParameterizedTest
        @CsvSource({", true, ", "89, true, errors", "0, false, errors", "90, true, ", "90, false, stopped"})
        void reportsErrorsOfTheLast90Seconds(@Nullable Double seconds, boolean running, @Nullable String key) {
            Subscription failing =
                    new Subscription("orders", true, "orders", false, running, 1.0, 0, 1, 0, 0, seconds, 5L, 0L);

            assertThat(Evaluating.evaluate(CHECK, listing(failing), SHOP))
                    .extracting(Finding::key)
                    .isEqualTo(Stream.ofNullable(key)
                            .map(one -> "subscriptions/" + one)
                            .toList());
        }

        private static Listing listing(Subscription subscription) {
            return new Listing(List.of(subscription), 1);
        }
    }

    @Test
    void reportsSubscriptionThatFailsStopsAndIsDisabled() throws InterruptedException {
        Majors.together(SubscriptionsTest::reportsSubscriptionThatFailsStopsAndIsDisabled);
    }

    private static void reportsSubscriptionThatFailsStopsAndIsDisabled(int major) {
        try (PgServer server = PgServer.start(major, Map.of("wal_level", "logical"))) {
            subscribe(server);
            try (Collecting asking = Collecting.of(server, "copy")) {
                Listing before = await().atMost(PATIENCE).until(() -> asking.collect(CHECK), SubscriptionsTest::copied);
                assertThat(Evaluating.evaluate(CHECK, before, SHOP)).isEmpty();
                assertThat(RecordedMetrics.value(
                                RecordedMetrics.of(CHECK, before), "pgvigil_subscription_running", "subname", "copy"))
                        .isEqualTo(1);

                server.sqlIn("copy", "insert into orders values (7)");
                server.sqlIn("shop", "insert into orders values (7)");
                await().atMost(PATIENCE).untilAsserted(() -> {
                    List<Finding> found = Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP);
                    // 14 counts no errors: the worker ends at each and begins again after 5 s.
                    assertThat(found)
                            .extracting(Finding::key)
                            .containsExactly(major < 15 ? "subscriptions/stopped" : "subscriptions/errors");
                });
                server.sqlIn("copy", "delete from orders");
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(server.valueIn("copy", "select count(*) from orders"))
                            .isEqualTo("1");
                    assertThat(asking.collect(CHECK).named("copy"))
                            .hasValueSatisfying(one -> assertThat(one.running()).isTrue());
                });

                server.sqlIn("copy", "alter subscription copy disable");
                assertThat(Evaluating.one(CHECK, asking.collect(CHECK), SHOP).key())
                        .isEqualTo("subscriptions/disabled");
                server.sqlIn("copy", "alter subscription copy enable");
                Listing repaired =
                        await().atMost(PATIENCE).until(() -> asking.collect(CHECK), SubscriptionsTest::copied);
                // The last error counts until it is 90 s old; one that repeats would have come after 5 s.
                assertThat(Evaluating.evaluate(CHECK, repaired, SHOP))
                        .extracting(Finding::key)
                        .isSubsetOf("subscriptions/errors");
                Double age = errorSeconds(repaired);
                if (age != null) {
                    await().atMost(PATIENCE)
                            .untilAsserted(() -> assertThat(errorSeconds(asking.collect(CHECK)))
                                    .isGreaterThan(age + 6));
                }
            }
        }
    }

    private static @Nullable Double errorSeconds(Listing listing) {
        return listing.named("copy").map(Subscription::errorSeconds).orElse(null);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsWorkerThatWaitsForALock(int major) throws SQLException {
        Target hasty = Evaluating.target("shop", Map.of("subscriptions.stalled", 2.0));
        try (PgServer server = PgServer.start(major, Map.of("wal_level", "logical"))) {
            subscribe(server);
            try (Collecting asking = Collecting.of(server, "copy");
                    Connection holder = server.jdbc("copy");
                    Statement statement = holder.createStatement()) {
                await().atMost(PATIENCE).until(() -> asking.collect(CHECK), SubscriptionsTest::copied);
                holder.setAutoCommit(false);
                statement.execute("lock table orders");
                server.sqlIn("shop", "insert into orders values (1)");
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty))
                                .extracting(Finding::key)
                                .containsExactly("subscriptions/stalled"));
                holder.rollback();
                await().atMost(PATIENCE)
                        .until(() -> Evaluating.evaluate(CHECK, asking.collect(CHECK), SHOP)
                                .isEmpty());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsTablesThatAreNeverCopied(int major) {
        Target hasty = Evaluating.target("shop", Map.of("subscriptions.copying", 2.0));
        try (PgServer server =
                PgServer.start(major, Map.of("wal_level", "logical", "max_sync_workers_per_subscription", "0"))) {
            subscribe(server);
            try (Collecting asking = Collecting.of(server, "copy")) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty))
                                .extracting(Finding::key)
                                .containsExactly("subscriptions/copying"));
                server.sql("alter system set max_sync_workers_per_subscription = 2");
                server.reload();
                await().atMost(PATIENCE).until(() -> asking.collect(CHECK), SubscriptionsTest::copied);
                assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), hasty))
                        .isEmpty();
            }
        }
    }

    private static boolean copied(Listing listing) {
        return listing.named("copy")
                .filter(one -> one.running() && one.pending() == 0)
                .isPresent();
    }

    /** A subscription of the database {@code copy} to a table of the database {@code shop}. */
    private static void subscribe(PgServer server) {
        server.createDatabase("shop");
        server.createDatabase("copy");
        server.sqlIn(
                "shop",
                "create table orders (id int primary key)",
                "create publication shop for table orders",
                "select pg_create_logical_replication_slot('copy', 'pgoutput')");
        server.sqlIn(
                "copy",
                "create table orders (id int primary key)",
                "create subscription copy connection 'host=127.0.0.1 port=" + server.port()
                        + " user=postgres dbname=shop' publication shop with (create_slot = false)");
    }
}
