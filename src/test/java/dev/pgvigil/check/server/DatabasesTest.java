package dev.pgvigil.check.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.DatabaseListing;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Databases.Database;
import dev.pgvigil.check.server.Databases.Listing;
import dev.pgvigil.target.Discovery;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DatabasesTest {

    private static final Databases CHECK = new Databases();

    @Nested
    class Judges {

        @Test
        void reportsUnknownForDatabaseBeyondTheList() {
            Listing listing = listing(DatabaseListing.MOST, DatabaseListing.MOST + 1);

            Finding found = Evaluating.one(CHECK, listing, Evaluating.target("zebra"));

            assertThat(found.key()).isEqualTo("databases/unlisted");
            assertThat(found.status()).isEqualTo(Status.UNKNOWN);
            assertThat(found.observed()).contains("2001 databases");
            assertThat(Evaluating.evaluate(CHECK, listing, Evaluating.target("app_1")))
                    .isEmpty();
        }

        @Test
        void reportsMissingWhenTheFullListIsComplete() {
            Listing listing = listing(DatabaseListing.MOST, DatabaseListing.MOST);

            assertThat(Evaluating.one(CHECK, listing, Evaluating.target("zebra"))
                            .key())
                    .isEqualTo("databases/missing");
        }

        /** Templates come last: a full list omits them first. */
        @Test
        void reportsUnknownForTemplateBeyondTheList() {
            Listing full = new Listing(
                    listing(DatabaseListing.MOST, DatabaseListing.MOST).databases(), DatabaseListing.MOST, 2, 0);

            assertThat(Evaluating.one(CHECK, full, Evaluating.target("template1"))
                            .key())
                    .isEqualTo("databases/unlisted");
            assertThat(full.unlisted()).isZero();
        }

        /** Besides the target's own database, which is not discovered. */
        @ParameterizedTest
        @CsvSource({
            "1000, 1000, app_*, ",
            "1001, 1001, app_*, ",
            "1002, 1002, app_*, '1001 databases match the patterns, 1 too many'",
            "1002, 1002, other_*, ",
            "2000, 2500, other_*, 'the server has 2500 databases, the last 500 by name are not listed'",
            "2000, 2500, app_*, '1999 databases match the patterns, 999 too many; the server has 2500 databases, the last "
                    + "500 by name are not listed'",
        })
        void reportsDatabasesBeyondTheBoundsOfDiscovery(
                int listed, long total, String pattern, @Nullable String observed) {
            List<Finding> findings = Evaluating.evaluate(CHECK, listing(listed, total), entry(pattern));

            if (observed == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).hasSize(1);
                assertThat(findings.getFirst().key()).isEqualTo("databases/left-out");
                assertThat(findings.getFirst().observed()).isEqualTo(observed);
            }
        }

        @Test
        void reportsNothingForDiscoveredDatabaseThatWasDropped() {
            Target discovered = entry("*").discovered("dropped");

            assertThat(Evaluating.evaluate(CHECK, listing(3, 3), discovered)).isEmpty();
        }

        private static Listing listing(int listed, long total) {
            List<Database> databases = IntStream.range(0, listed)
                    .mapToObj(i -> new Database("app_" + i, false, true, -1, true, true))
                    .toList();
            return new Listing(databases, total, 0, total);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsMissingDatabaseUntilItExists(int major) {
        PgServer server = PgServer.shared(major);
        String name = PgServer.unique("sh\"op");
        try (Collecting asking = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target(name);
            assertThat(found(asking, target).key()).isEqualTo("databases/missing");

            server.createDatabase(name);

            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void listsTemplateAndDoesNotDiscoverIt(int major) {
        PgServer server = PgServer.shared(major);
        String name = server.newDatabase("zz_template");
        try (Collecting asking = Collecting.of(server, "postgres")) {
            Listing before = asking.collect(CHECK);
            server.sql("alter database " + name + " is_template true");

            Listing after = asking.collect(CHECK);

            assertThat(Evaluating.evaluate(CHECK, after, Evaluating.target(name)))
                    .isEmpty();
            assertThat(Evaluating.evaluate(CHECK, after, Evaluating.target("template1")))
                    .isEmpty();
            assertThat(found(asking, Evaluating.target("template0")).key()).isEqualTo("databases/closed");
            assertThat(before.discoverable()).contains(name);
            assertThat(after.discoverable()).doesNotContain(name, "template1");
            assertThat(after.total()).isEqualTo(before.total() - 1);
            assertThat(after.templates()).isEqualTo(before.templates() + 1);
            assertThat(after.accepting()).isEqualTo(before.accepting() - 1);
            assertThat(after.whole()).isTrue();
            assertThat(after.unlisted()).isZero();
        }
        server.sql("alter database " + name + " is_template false", "drop database " + name);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsClosedDatabaseUntilItsStatementOpensIt(int major) {
        PgServer server = PgServer.shared(major);
        String name = PgServer.unique("sh\"op");
        server.createDatabase(name);
        try (Collecting asking = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target(name);
            long open = asking.collect(CHECK).accepting();
            server.sql("alter database \"" + name.replace("\"", "\"\"") + "\" with allow_connections false");

            Listing closed = asking.collect(CHECK);
            assertThat(closed.accepting()).isLessThan(open);
            assertThat(closed.discoverable()).doesNotContain(name);
            Finding found = Evaluating.one(CHECK, closed, target);
            assertThat(found.key()).isEqualTo("databases/closed");
            assertThat(found.title()).isEqualTo("database accepts no connections");

            server.sql(String.valueOf(found.sql()));
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
        }
    }

    /** The state left by an interrupted DROP DATABASE. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsInvalidDatabaseUntilItIsReplaced(int major) {
        PgServer server = PgServer.shared(major);
        String name = server.newDatabase("shop");
        try (Collecting asking = Collecting.of(server, "postgres")) {
            Target target = Evaluating.target(name);
            server.sql("update pg_database set datconnlimit = -2 where datname = '" + name + "'");

            Finding found = found(asking, target);
            assertThat(found.key()).isEqualTo("databases/closed");
            assertThat(found.title()).isEqualTo("database is invalid");
            assertThat(asking.collect(CHECK).discoverable()).doesNotContain(name);

            server.sql(String.valueOf(found.sql()));
            server.createDatabase(name);
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .isEmpty();
        }
    }

    /** Like a hosting provider's own database: {@code alloydbmetadata}, {@code rdsadmin}. */
    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void advisesOnDatabaseWithoutConnectAndDoesNotDiscoverIt(int major) {
        PgServer server = PgServer.shared(major);
        String name = server.newDatabase("providers_own");
        try (Collecting asking = Collecting.of(server, "postgres")) {
            assertThat(asking.collect(CHECK).discoverable()).contains(name);
            server.sql("revoke connect on database " + name + " from public");

            Listing listing = asking.collect(CHECK);

            assertThat(listing.discoverable()).doesNotContain(name);
            assertThat(Evaluating.evaluate(CHECK, listing, entry("other_*")))
                    .extracting(Finding::key)
                    .containsExactly("databases/missing");
            assertThat(Evaluating.evaluate(CHECK, listing, entry(name)))
                    .filteredOn(finding -> finding.key().equals("databases/inaccessible"))
                    .singleElement()
                    .satisfies(advice -> {
                        assertThat(advice.status()).isEqualTo(Status.HEALTHY);
                        assertThat(advice.observed()).isEqualTo("1 database not discovered, first " + name);
                        server.sql(String.valueOf(advice.sql()));
                    });
            assertThat(asking.collect(CHECK).discoverable()).contains(name);
        }
    }

    private static Target entry(String pattern) {
        Target plain = Evaluating.target("app_1");
        return new Target(
                plain.name(),
                plain.server(),
                plain.database(),
                plain.region(),
                plain.role(),
                plain.tags(),
                plain.thresholds(),
                plain.checks(),
                new Discovery(List.of(pattern), List.of()));
    }

    private static Finding found(Collecting asking, Target target) {
        return Evaluating.one(CHECK, asking.collect(CHECK), target);
    }
}
