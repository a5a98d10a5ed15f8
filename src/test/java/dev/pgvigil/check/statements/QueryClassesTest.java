package dev.pgvigil.check.statements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pgvigil.check.Collecting;
import dev.pgvigil.check.Evaluating;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.RecordedMetrics;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.statements.ClassUsage.Usage;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import dev.pgvigil.testing.PgServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class QueryClassesTest {

    /** Reads missing texts at each collection. */
    private static final QueryClasses CHECK = new QueryClasses(new StatementTexts.Pause(Duration.ZERO, 0));

    private static final QueryClass BOOKINGS = of("bookings", List.of("bookings"), List.of(), List.of());
    private static final QueryClass CHECKOUT =
            of("checkout", List.of(), List.of(new Glob("controller=checkout*")), List.of());
    private static final QueryClass SLEEPS = of("sleeps", List.of(), List.of(), List.of(new Glob("select pg_sleep(*")));

    private static QueryClass of(String name, List<String> tables, List<Glob> tags, List<Glob> patterns) {
        return new QueryClass(name, tables, tags, patterns, Severity.HIGH, 15.0, 1000.0, null);
    }

    private static Target target(PgServer server, String database, QueryClass... classes) {
        return new Target(
                "shop",
                server.server(),
                database,
                "",
                ExpectedRole.ANY,
                Map.of(),
                Thresholds.DEFAULTS,
                Map.of(
                        Statements.NAME,
                        new CheckSetting(true, null, List.of(), Map.of(Statements.CLASSES.name(), List.of(classes)))),
                null);
    }

    @ParameterizedTest
    @MethodSource("dev.pgvigil.testing.PgServer#majors")
    void countsStatementsOfEachClassAndReportsSlowOne(int major) throws SQLException {
        // Of its own: on one that many tests use, entries are evicted.
        try (PgServer server = PgServer.start(major)) {
            countsAndReports(server);
        }
    }

    private static void countsAndReports(PgServer server) throws SQLException {
        String database = server.newDatabase("classes");
        server.sqlIn(
                database,
                "create extension pg_stat_statements",
                "create table bookings (id int)",
                "create table other (id int)");
        Target target = target(server, database, BOOKINGS, CHECKOUT, SLEEPS);
        assertThat(CHECK.concerns(target)).isTrue();
        assertThat(CHECK.concerns(target(server, database))).isFalse();
        try (Collecting collecting = Collecting.of(server, database);
                Connection client = server.jdbc(database)) {
            run(client, 1, "select count(*) from bookings");
            collecting.ask(session -> CHECK.collect(session, target));
            run(client, 5, "select count(*) from bookings");
            run(client, 3, "insert into \"bookings\" values (1)");
            // Not a bare constant: that has the id of every such statement, also of a driver's, and the first one's
            // text.
            run(client, 4, "select max(id) from other /*controller='checkout_form',traceparent='00-1'*/");
            run(client, 2, "select pg_sleep(0.03)");
            run(client, 7, "select count(*) from other");

            ClassUsage seen = collecting.ask(session -> CHECK.collect(session, target));

            assertThat(seen.classes())
                    .extracting(Usage::name, Usage::calls, Usage::statements)
                    .containsExactly(tuple("bookings", 8L, 3), tuple("checkout", 4L, 1), tuple("sleeps", 2L, 1));
            assertThat(seen.classes().getFirst().rows()).isEqualTo(8);
            assertThat(seen.unread()).isZero();
            assertThat(RecordedMetrics.of(CHECK, seen).toString())
                    .contains("pgvigil_query_class_calls_total", "bookings", "checkout");

            List<Finding> findings = Evaluating.evaluate(CHECK, lasting(seen), target);
            assertThat(findings)
                    .extracting(Finding::key, Finding::status, Finding::severity)
                    .containsExactly(tuple("query-classes/slow/sleeps", Status.DEGRADED, Severity.HIGH));

            run(client, 5, "select count(*) from bookings");
            ClassUsage later = collecting.ask(session -> CHECK.collect(session, target));
            assertThat(Evaluating.evaluate(CHECK, lasting(later), target)).isEmpty();
            assertThat(later.classes().getFirst().callsTotal()).isEqualTo(13);

            Target others = target(server, database, SLEEPS);
            ClassUsage changed = collecting.ask(session -> CHECK.collect(session, others));
            assertThat(changed.classes()).extracting(Usage::name).containsExactly("sleeps");
        }
    }

    /** The same as if it had been a minute. */
    private static ClassUsage lasting(ClassUsage seen) {
        return new ClassUsage(60, seen.unread(), seen.complete(), seen.classes());
    }

    private static void run(Connection connection, int times, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (int i = 0; i < times; i++) {
                statement.execute(sql);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "14.9, 100, 60, true, ",
        "15, 100, 60, true, DEGRADED",
        "999, 100, 60, true, DEGRADED",
        "1000, 100, 60, true, UNHEALTHY",
        "1000, 100, 4, true, ",
    })
    void reportsMeanAtThresholdsOfItsClass(
            double mean, long calls, double seconds, boolean complete, @Nullable Status status) {
        Target target = target(PgServer.shared(PgServer.majors().getLast()), "shop", BOOKINGS);

        assertThat(statuses(usage(mean, calls, seconds, 0, complete), target))
                .isEqualTo(status == null ? "" : status.name());
    }

    @ParameterizedTest
    @CsvSource({
        "9, 60, 0, true, DEGRADED",
        "10, 60, 0, true, ",
        "10, 120, 0, true, DEGRADED",
        "0, 60, 1, true, ",
        "0, 60, 0, false, "
    })
    void reportsFewCalls(long calls, double seconds, int unread, boolean complete, @Nullable Status status) {
        QueryClass least = new QueryClass(
                "bookings", List.of("bookings"), List.of(), List.of(), Severity.CRITICAL, null, null, 10L);
        Target target = target(PgServer.shared(PgServer.majors().getLast()), "shop", least);

        assertThat(statuses(usage(1, calls, seconds, unread, complete), target))
                .isEqualTo(status == null ? "" : status.name());
    }

    private static String statuses(ClassUsage seen, Target target) {
        return Evaluating.evaluate(CHECK, seen, target).stream()
                .map(finding -> finding.status().name())
                .collect(Collectors.joining(" "));
    }

    private static ClassUsage usage(double mean, long calls, double seconds, int unread, boolean complete) {
        Usage one = new Usage(
                "bookings", Severity.HIGH, 1, calls, mean * calls, mean, calls, "7", mean, calls, mean * calls, calls);
        return new ClassUsage(seconds, unread, complete, List.of(one));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select * from bookings b where id = $1 | bookings",
                "insert into public.Bookings values ($1) | bookings",
                "select * from old_bookings | none",
                "select 1 /*controller='checkout',action='pay'*/ | checkout",
                "select 1 /* application:shop,controller:checkout_form */ | checkout",
                "select 1 /*controller='admin'*/ | none",
                "SELECT pg_sleep($1) | sleeps",
                "select 'bookings' | none",
            })
    void belongsToClassByTableTagOrPattern(String text, String name) {
        QueryClass.Text seen = QueryClass.Text.of(text);

        assertThat(List.of(BOOKINGS, CHECKOUT, SLEEPS).stream()
                        .filter(one -> one.matches(seen))
                        .map(QueryClass::name)
                        .findFirst()
                        .orElse("none"))
                .isEqualTo(name);
    }
}
