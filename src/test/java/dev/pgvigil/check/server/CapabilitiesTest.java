package dev.pgvigil.check.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.server.Capabilities.Held;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CapabilitiesTest {

    private static final Capabilities CHECK = new Capabilities();
    private static final Target SHOP = Evaluating.target("sh\"op");

    /** A server where nothing is missing; each test removes one thing. */
    private static final class All {

        private String version = "18.4";
        private int major = 18;
        private boolean superuser;
        private boolean monitor = true;
        private boolean connect = true;
        private @Nullable Boolean reservedSlots = true;
        private @Nullable List<String> libraries = List.of("auto_explain", "pg_stat_statements");
        private @Nullable String statements = "1.12";
        private boolean activities = true;
        private boolean timing = true;
        private long querySize = 1024;
        private Set<String> unreadable = Set.of();

        private All but(java.util.function.Consumer<All> change) {
            change.accept(this);
            return this;
        }

        private List<String> keys() {
            return findings().stream()
                    .map(finding -> finding.key().substring("capabilities/".length()))
                    .toList();
        }

        private Finding one() {
            assertThat(findings()).hasSize(1);
            return findings().getFirst();
        }

        private List<Finding> findings() {
            return Evaluating.evaluate(
                    CHECK,
                    new Held(
                            version,
                            major,
                            "watch \"er\"",
                            superuser,
                            monitor,
                            connect,
                            reservedSlots,
                            3,
                            libraries,
                            statements,
                            activities,
                            timing,
                            querySize,
                            unreadable),
                    SHOP);
        }
    }

    @Nested
    class Judges {

        @Test
        void reportsNothingWhenNothingIsMissing() {
            assertThat(new All().keys()).isEmpty();
        }

        @Test
        void reportsMissingPgMonitor() {
            Finding found = new All().but(all -> all.monitor = false).one();

            assertThat(found.key()).isEqualTo("capabilities/pg-monitor");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.sql()).isEqualTo("grant pg_monitor to \"watch \"\"er\"\"\"");
        }

        @Test
        void reportsUnreadableCatalogsAndGivesNoAdviceFromThem() {
            Finding found = new All()
                    .but(all -> {
                        all.unreadable = Set.of("pg_extension", "pg_roles");
                        all.statements = null;
                    })
                    .one();

            assertThat(found.key()).isEqualTo("capabilities/catalogs");
            assertThat(found.status()).isEqualTo(Status.DEGRADED);
            assertThat(found.sql())
                    .isEqualTo("grant select on pg_catalog.pg_extension, pg_catalog.pg_roles to \"watch \"\"er\"\"\"");
        }

        @Test
        void reportsMissingConnect() {
            Finding found = new All().but(all -> all.connect = false).one();

            assertThat(found.key()).isEqualTo("capabilities/connect");
            assertThat(found.sql()).isEqualTo("grant connect on database \"sh\"\"op\" to \"watch \"\"er\"\"\"");
        }

        @Test
        void advisesOnReservedConnectionsFromVersion16() {
            Finding found = new All().but(all -> all.reservedSlots = false).one();

            assertThat(found.key()).isEqualTo("capabilities/reserved-connections");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
            assertThat(found.severity()).isEqualTo(Severity.LOW);
            assertThat(new All().but(all -> all.reservedSlots = null).keys()).isEmpty();
        }

        @Test
        void advisesAgainstSuperuser() {
            Finding found = new All()
                    .but(all -> {
                        all.superuser = true;
                        all.reservedSlots = false;
                    })
                    .one();

            assertThat(found.key()).isEqualTo("capabilities/superuser");
            assertThat(found.status()).isEqualTo(Status.HEALTHY);
        }

        @Test
        void reportsFirstMissingPartOfStatements() {
            Finding library = new All()
                    .but(all -> {
                        all.libraries = List.of("auto_explain");
                        all.statements = null;
                    })
                    .one();
            assertThat(library.key()).isEqualTo("capabilities/statements-library");
            assertThat(library.sql())
                    .isEqualTo("alter system set shared_preload_libraries = 'auto_explain', 'pg_stat_statements'");

            Finding extension = new All().but(all -> all.statements = null).one();
            assertThat(extension.key()).isEqualTo("capabilities/statements-extension");
            assertThat(extension.sql()).isEqualTo("create extension pg_stat_statements");

            Finding outdated = new All().but(all -> all.statements = "1.9").one();
            assertThat(outdated.key()).isEqualTo("capabilities/statements-version");
            assertThat(outdated.observed()).endsWith("has pg_stat_statements 1.9; PostgreSQL 18 comes with 1.12");
        }

        @Test
        void reportsNothingOfHiddenLibraries() {
            assertThat(new All().but(all -> all.libraries = null).keys()).isEmpty();
        }

        @Test
        void reportsSettings() {
            assertThat(new All().but(all -> all.activities = false).one())
                    .returns("capabilities/track-activities", Finding::key)
                    .returns(Status.DEGRADED, Finding::status);
            assertThat(new All().but(all -> all.timing = false).one())
                    .returns("capabilities/track-io-timing", Finding::key)
                    .returns(Status.HEALTHY, Finding::status);
            assertThat(new All().but(all -> all.querySize = 1023).one())
                    .returns("capabilities/query-size", Finding::key)
                    .returns("at least 1024 B", Finding::threshold)
                    .returns(Status.HEALTHY, Finding::status);
        }

        @ParameterizedTest
        @CsvSource({
            "13, 13.23, DEGRADED",
            "14, 14.22, ",
            "18, 18.4, ",
            "19, 19devel, HEALTHY",
        })
        void reportsUnsupportedVersion(int major, String version, @Nullable Status status) {
            List<Finding> findings = new All()
                    .but(all -> {
                        all.major = major;
                        all.version = version;
                        all.statements = "1.99";
                    })
                    .findings();

            if (status == null) {
                assertThat(findings).isEmpty();
            } else {
                assertThat(findings).extracting(Finding::key).containsExactly("capabilities/version");
                assertThat(findings.getFirst().status()).isEqualTo(status);
                assertThat(findings.getFirst().observed()).contains(version);
            }
        }

        @ParameterizedTest
        @CsvSource({"1.9, 1.10, true", "1.10, 1.9, false", "1.10, 1.10, false", "1, 1.0, true", "odd, 1.1, true"})
        void comparesVersionsByNumber(String version, String than, boolean older) {
            assertThat(CapabilityFindings.older(version, than)).isEqualTo(older);
        }

        @Test
        void readsLibraries() {
            assertThat(Capabilities.libraries(null)).isNull();
            assertThat(Capabilities.libraries("")).isEmpty();
            assertThat(Capabilities.libraries("\"$libdir/auto_explain\" ,pg_stat_statements"))
                    .containsExactly("auto_explain", "pg_stat_statements");
        }

        @ParameterizedTest
        @CsvSource({
            "AUTH, 28P01, auth, UNKNOWN",
            "PERMISSION, 42501, unanswered, DEGRADED",
            "CAPACITY, 53300, capacity, UNKNOWN",
            "CAPACITY, 53200, unanswered, DEGRADED",
            "TLS, , tls, UNKNOWN",
            "UNSUPPORTED, 42704, unsupported, UNKNOWN",
            "QUERY, 22023, unanswered, DEGRADED",
            "QUERY, 40001, unanswered, DEGRADED",
            "TIMEOUT, , unanswered, DEGRADED",
            "LOCAL, , unanswered, DEGRADED",
            "CONNECT, 57P03, unanswered, DEGRADED",
            "CONNECT, , unanswered, DEGRADED",
        })
        void reportsFailedSessionByItsReason(Reason reason, @Nullable String state, String key, Status status) {
            List<Finding> findings = CHECK.evaluateFailure(new Failure(reason, "it failed", state), SHOP);

            assertThat(findings).hasSize(1);
            Evaluating.complete(CHECK, findings.getFirst());
            assertThat(findings.getFirst().key()).isEqualTo("capabilities/" + key);
            assertThat(findings.getFirst().status()).isEqualTo(status);
            assertThat(findings.getFirst().observed()).contains("it failed");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void needsOnlyThePublishedGrants(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        String role = PgServer.unique("watch \"er'");
        server.monitorRole(role, "secret");
        server.sqlIn(
                database,
                "create extension pg_stat_statements",
                "alter role \"" + role.replace("\"", "\"\"") + "\" set track_io_timing = on");
        try (Collecting asking = Collecting.of(server.server(role, "secret"), database)) {
            Held held = asking.collect(CHECK);

            assertThat(Evaluating.evaluate(CHECK, held, Evaluating.target(database)))
                    .isEmpty();
            assertThat(held.usename()).isEqualTo(role);
            assertThat(held.major()).isEqualTo(major);
            assertThat(held.libraries()).containsExactly("pg_stat_statements");
            assertThat(CapabilityFindings.STATEMENTS_VERSIONS)
                    .containsEntry(major, String.valueOf(held.statementsVersion()));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsWhatIsMissingUntilItsStatementsAddIt(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        String role = PgServer.unique("blind");
        server.sql("create role " + role + " login", "alter role " + role + " set track_activities = off");
        Target target = Evaluating.target(database);
        List<String> missing = new ArrayList<>(List.of("pg-monitor"));
        if (major >= 16) {
            missing.add("reserved-connections");
        }
        missing.addAll(List.of("statements-extension", "track-activities", "track-io-timing"));

        List<Finding> findings = findings(server, role, database, target);
        assertThat(findings)
                .extracting(Finding::key)
                .containsExactlyElementsOf(
                        missing.stream().map(key -> "capabilities/" + key).toList());
        findings.stream()
                .filter(finding -> !finding.key().contains("track-"))
                .forEach(finding -> server.sqlIn(database, String.valueOf(finding.sql())));
        server.sql(
                "alter role " + role + " set track_activities = on",
                "alter role " + role + " set track_io_timing = on");

        assertThat(findings(server, role, database, target)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsOutdatedExtensionUntilItIsUpdated(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        server.sqlIn(database, "create extension pg_stat_statements version '1.8'");
        try (Collecting asking = Collecting.of(server, database)) {
            Target target = Evaluating.target(database);
            Finding found = Evaluating.evaluate(CHECK, asking.collect(CHECK), target).stream()
                    .filter(finding -> finding.key().equals("capabilities/statements-version"))
                    .findFirst()
                    .orElseThrow();
            server.sqlIn(database, String.valueOf(found.sql()));

            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .extracting(Finding::key)
                    .containsExactly("capabilities/track-io-timing");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsMissingLibraryAndShortTexts(int major) {
        try (PgServer server = PgServer.start(
                        major, Map.of("shared_preload_libraries", "auto_explain", "track_activity_query_size", "200"));
                Collecting superuser = Collecting.of(server.server("postgres", null), "postgres")) {
            List<Finding> findings =
                    Evaluating.evaluate(CHECK, superuser.collect(CHECK), Evaluating.target("postgres"));

            assertThat(findings)
                    .extracting(Finding::key)
                    .containsExactly(
                            "capabilities/superuser",
                            "capabilities/statements-library",
                            "capabilities/track-io-timing",
                            "capabilities/query-size");
            findings.stream()
                    .skip(1)
                    .forEach(finding -> server.sql(String.valueOf(finding.sql()).split(";", -1)[0]));
            server.restart();
            server.sql("create extension pg_stat_statements");
            assertThat(findings(server, "postgres", "postgres", Evaluating.target("postgres")))
                    .extracting(Finding::key)
                    .containsExactly("capabilities/superuser");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void reportsDatabaseWithoutConnect(int major) {
        PgServer server = PgServer.shared(major);
        String database = server.newDatabase("shop");
        Target target = Evaluating.target(database);
        try (Collecting asking = Collecting.of(server, database)) {
            server.sql("revoke connect on database " + database + " from public");

            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .extracting(Finding::key)
                    .contains("capabilities/connect");
        }
        Finding refused = failure(server, database, target);
        assertThat(refused.key()).isEqualTo("capabilities/permission");
        server.sql(String.valueOf(refused.sql()));
        try (Collecting asking = Collecting.of(server, database)) {
            assertThat(Evaluating.evaluate(CHECK, asking.collect(CHECK), target))
                    .extracting(Finding::key)
                    .doesNotContain("capabilities/connect");
        }
        assertThat(failure(server, "nowhere", Evaluating.target("nowhere")).key())
                .isEqualTo("capabilities/database");
    }

    private static Finding failure(PgServer server, String database, Target target) {
        List<Finding> findings = CHECK.evaluateFailure(Collecting.refused(server.server(), database), target);
        assertThat(findings).hasSize(1);
        Evaluating.complete(CHECK, findings.getFirst());
        return findings.getFirst();
    }

    private static List<Finding> findings(PgServer server, String role, String database, Target target) {
        try (Collecting asking = Collecting.of(server.server(role, null), database)) {
            return Evaluating.evaluate(CHECK, asking.collect(CHECK), target);
        }
    }
}
