package dev.pgvigil.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.testing.PgServer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Checks that run in databases over separate connections, on a real server. */
class DatabaseVisitsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final PgServer SERVER = PgServer.shared(PgServer.majors().getLast());

    /** Collects one text, every second. */
    private record Text(String name, Scope scope, Requirements requirements, String sql) implements Check<String> {

        Text(String name, String sql) {
            this(name, Scope.DATABASE, Requirements.NOTHING, sql);
        }

        @Override
        public Policy policy() {
            return Policy.every(Duration.ofSeconds(1));
        }

        @Override
        public Uni<String> collect(Session session) {
            if (sql.isEmpty()) {
                throw new IllegalStateException("a defect before the first statement");
            }
            return session.row(sql, row -> row.getString(0));
        }

        @Override
        public List<Finding> evaluate(String now, Previous<String> before, Target target) {
            return List.of();
        }
    }

    @Test
    void runsAllDueChecksOfDatabaseOnOneConnection() {
        List<Target> targets = targets("visit", 3);
        String backend = "select pg_backend_pid()::text";
        try (Monitoring monitoring = Monitoring.with(
                List.of(new Heartbeat(), new Text("first", backend), new Text("second", backend)),
                targets.toArray(Target[]::new))) {

            // Two runs share only their visit, so equal process IDs mean one connection.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(targets.stream()
                                    .map(target -> monitoring.state(target.name()))
                                    .filter(state -> value(state, "first") != null
                                            && Objects.equals(value(state, "first"), value(state, "second"))))
                            .hasSize(3));
        }
    }

    @Test
    void visitsEveryDatabaseRepeatedlyWithinConnectionBudget() {
        List<Target> targets = targets("many", 30);
        try (Monitoring monitoring = Monitoring.with(
                List.of(new Heartbeat(), new Text("number", "select clock_timestamp()::text")),
                targets.toArray(Target[]::new))) {
            List<String> first = texts(monitoring, targets);

            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(monitoring.link(SERVER.server()).open()).isLessThanOrEqualTo(1 + DatabaseVisits.MOST);
                List<String> now = texts(monitoring, targets);
                assertThat(IntStream.range(0, targets.size())
                                .filter(i -> now.get(i).equals(first.get(i))))
                        .isEmpty();
            });
        }
    }

    @Test
    void releasesConnectionOfCheckThatThrowsBeforeItsFirstStatement() {
        List<Target> targets = targets("defect", 3);
        try (Monitoring monitoring = Monitoring.with(
                List.of(new Heartbeat(), new Text("broken", ""), new Text("whole", "select now()::text")),
                targets.toArray(Target[]::new))) {
            targets.forEach(target -> monitoring.awaitFinding(target.name(), "broken/unanswered"));
            List<String> first = texts(monitoring, targets, "whole");

            await().atMost(PATIENCE).untilAsserted(() -> {
                List<String> now = texts(monitoring, targets, "whole");
                assertThat(IntStream.range(0, targets.size())
                                .filter(i -> now.get(i).equals(first.get(i))))
                        .isEmpty();
            });
            monitoring.awaitLink(SERVER.server(), link -> link.open() == 1);
        }
    }

    @Test
    void runsServerCheckInDatabaseThatHasItsExtension() {
        List<Target> targets = targets("extension", 2);
        SERVER.sqlIn(targets.getLast().database(), "create extension pg_trgm");
        Requirements extension = new Requirements(14, ExpectedRole.ANY, "pg_trgm", false);
        try (Monitoring monitoring = Monitoring.with(
                List.of(
                        new Heartbeat(),
                        new Text("inside", "select 'a'::text"),
                        new Text("whole", Scope.SERVER, extension, "select current_database()::text")),
                targets.toArray(Target[]::new))) {

            await().atMost(PATIENCE)
                    .until(() -> monitoring.fleet().snapshot().servers().values().stream()
                            .map(state -> state.outcome("whole"))
                            .anyMatch(outcome -> outcome instanceof Outcome.Observed<?> seen
                                    && seen.value().equals(targets.getLast().database())));
        }
    }

    private static List<Target> targets(String prefix, int count) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            targets.add(SERVER.target(prefix + i, SERVER.newDatabase(prefix)));
        }
        return targets;
    }

    private static List<String> texts(Monitoring monitoring, List<Target> targets) {
        return texts(monitoring, targets, "number");
    }

    private static List<String> texts(Monitoring monitoring, List<Target> targets, String check) {
        return targets.stream()
                .map(target -> await().atMost(PATIENCE)
                        .until(
                                () -> String.valueOf(value(monitoring.state(target.name()), check)),
                                text -> !text.equals("null")))
                .toList();
    }

    private static @Nullable Object value(TargetState state, String check) {
        return state.outcome(check) instanceof Outcome.Observed<?> seen ? seen.value() : null;
    }
}
