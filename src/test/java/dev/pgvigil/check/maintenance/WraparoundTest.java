package dev.pgvigil.check.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Clients;
import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.maintenance.Wraparound.Ages;
import dev.pgvigil.check.maintenance.Wraparound.Database;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WraparoundTest {

    private static final Wraparound CHECK = new Wraparound();
    private static final Target SHOP = Evaluating.target("shop");

    @Nested
    class Judges {

        @ParameterizedTest
        @CsvSource({
            "1072241823, , ",
            "1072241824, DEGRADED, MEDIUM",
            "1608362735, DEGRADED, MEDIUM",
            "1608362736, DEGRADED, HIGH",
            "2037259464, DEGRADED, HIGH",
            "2037259465, UNHEALTHY, CRITICAL",
            "2146000000, UNHEALTHY, CRITICAL",
        })
        void reportsByShareOfTheAgeAtWhichWritesStop(long age, @Nullable Status status, @Nullable Severity severity) {
            for (Ages ages : List.of(ages(age, 5), ages(5, age))) {
                List<Finding> findings = Evaluating.evaluate(CHECK, ages, SHOP);

                if (status == null) {
                    assertThat(findings).isEmpty();
                } else {
                    assertThat(findings).hasSize(1);
                    assertThat(findings.getFirst().status()).isEqualTo(status);
                    assertThat(findings.getFirst().severity()).isEqualTo(severity);
                }
            }
        }

        @ParameterizedTest
        @CsvSource({
            "299, 0, ",
            "300, 0, the oldest transaction ID",
            "0, 599, ",
            "0, 600, the oldest multixact ID",
            "300, 1000, the oldest multixact ID"
        })
        void reportsOverdueFreezeByWhicheverIsFurther(long transactions, long multixacts, @Nullable String observed) {
            Ages ages = new Ages(
                    List.of(new Database("crm", true, transactions * 1_000_000, multixacts * 1_000_000)),
                    9,
                    200_000_000,
                    400_000_000);

            List<Finding> findings = Evaluating.evaluate(CHECK, ages, SHOP);

            if (observed == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).extracting(Finding::key).containsExactly("wraparound/overdue");
                assertThat(findings.getFirst().observed()).startsWith(observed + " of database crm is ");
            }
        }

        @Test
        void saysHowLongTheRestLasts() {
            Ages before = ages(2_000_000_000, 5);
            Ages now = new Ages(before.databases(), 60_000, before.freezeMaxAge(), before.multixactFreezeMaxAge());
            Previous<Ages> previous = new Previous<>(before, Evaluating.NOW.minusSeconds(60), Evaluating.NOW);

            Finding found = CHECK.evaluate(now, previous, SHOP).getFirst();

            assertThat(found.observed())
                    .isEqualTo("the oldest transaction ID of database crm is 2 billion old, 93.3 % of the age at which "
                            + "writes stop; 144.5 million are left, enough for 40 h 8 min at the current rate");
            assertThat(found.threshold()).isEqualTo("from 50 %, high from 75 %, unhealthy from 95 %");
            assertThat(found.evidence().getFirst()).containsEntry("datname", "crm");
        }

        @Test
        void exportsAgesAndRatios() {
            List<RecordedMetrics.Figure> figures = RecordedMetrics.of(CHECK, ages(1_072_241_823, 40));

            assertThat(RecordedMetrics.value(figures, "pgvigil_wraparound_transactions_age", "datname", "crm"))
                    .isEqualTo(1_072_241_823);
            assertThat(RecordedMetrics.value(figures, "pgvigil_wraparound_transactions_ratio"))
                    .isBetween(0.49, 0.5);
            assertThat(RecordedMetrics.value(figures, "pgvigil_wraparound_multixact_freeze_ratio"))
                    .isEqualTo(40 / 2e9);
        }

        private static Ages ages(long transactions, long multixacts) {
            return new Ages(
                    List.of(new Database("crm", true, transactions, multixacts), new Database("shop", true, 3, 3)),
                    0,
                    2_000_000_000,
                    2_000_000_000);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void findsNothingOnAFreshServer(int major) {
        // The shared server has more databases than the check lists.
        try (PgServer server = PgServer.start(major);
                Collecting asking = Collecting.of(server, "postgres")) {
            Ages seen = asking.collect(CHECK);

            assertThat(Evaluating.evaluate(CHECK, seen, Evaluating.target("postgres")))
                    .isEmpty();
            assertThat(seen.databases()).extracting(Database::datname).contains("postgres", "template0", "template1");
            assertThat(seen.nextTransaction()).isGreaterThan(500);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsFreezeThatATransactionHoldsBackUntilItEnds(int major) throws SQLException {
        try (PgServer server = PgServer.start(
                        major, Map.of("autovacuum_freeze_max_age", "100000", "autovacuum_naptime", "1s"));
                Collecting asking = Collecting.of(server, "postgres")) {
            try (Clients clients = new Clients(server, "postgres")) {
                clients.inTransaction("holder", "create table held ()");
                consume(server, 150_000);

                Finding found = Evaluating.one(CHECK, asking.collect(CHECK), Evaluating.target("postgres"));
                assertThat(found.key()).isEqualTo("wraparound/overdue");
                assertThat(found.observed()).contains("of autovacuum_freeze_max_age (100 thousand)");
                assertThat(server.value(String.valueOf(found.sql()))).isNotNull();
            }
            freeze(server, "postgres", "template1");
            allowConnections(server);
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), Evaluating.target("postgres")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsTransactionsAndMultixactsNearTheStop(int major) {
        try (PgServer server = PgServer.start(major, Map.of("autovacuum", "off"));
                Collecting asking = Collecting.of(server, "postgres")) {
            server.createDatabase("crm");
            // The catalog says that it is old; nobody looks at it before the next vacuum.
            server.sql("update pg_database set datfrozenxid = ((pg_snapshot_xmax(pg_current_snapshot())::text::int8"
                    + " + 4294967296 - 2100000000) % 4294967296)::text::xid where datname = 'crm'");
            server.sql(
                    "update pg_database set datminmxid = ((4294967296 - 1700000000)::text)::xid where datname = 'crm'");

            List<Finding> findings = Evaluating.evaluate(CHECK, asking.collect(CHECK), Evaluating.target("postgres"));
            assertThat(findings)
                    .extracting(Finding::key)
                    .containsExactly("wraparound/transactions", "wraparound/multixacts", "wraparound/overdue");
            assertThat(findings)
                    .extracting(Finding::status)
                    .containsExactly(Status.UNHEALTHY, Status.DEGRADED, Status.DEGRADED);
            assertThat(findings)
                    .allSatisfy(found -> assertThat(found.observed()).contains("of database crm"));

            server.sql("drop database crm");
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), Evaluating.target("postgres")))
                    .isEmpty();
        }
    }

    /** Each block with an exception handler that writes takes a transaction ID. */
    static void consume(PgServer server, int transactions) {
        server.sql("create table if not exists consumed (id int)", """
                do $$ begin
                  for i in 1..%d loop
                    begin insert into consumed values (1); exception when division_by_zero then null; end;
                  end loop;
                end $$""".formatted(transactions), "drop table consumed");
    }

    static void freeze(PgServer server, String... databases) {
        for (String database : databases) {
            server.sqlIn(database, "vacuum (freeze)");
        }
    }

    /** To vacuum template0 at once; autovacuum does it later. */
    private static void allowConnections(PgServer server) {
        server.sql("update pg_database set datallowconn = true where datname = 'template0'");
        freeze(server, "template0");
        server.sql("update pg_database set datallowconn = false where datname = 'template0'");
    }
}
