package dev.pgvigil.diagnose;

import dev.pgvigil.diagnose.PerformanceView.QueryResult;
import dev.pgvigil.http.ProblemException;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.PerformanceSession;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.state.OnDemandConnection;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs performance tests: one at a time on a server, {@link #AT_ONCE} in the fleet, each within {@link #TOTAL} and with one
 * connection at a time.
 */
@Singleton
class PerformanceTests {

    static final int AT_ONCE = 2;
    static final Duration TOTAL = Duration.ofSeconds(30);

    private static final int CONNECTS = 3;

    /** Less time than this is not enough for another run. */
    private static final Duration LEAST = Duration.ofMillis(20);

    private final OnDemandConnection connections;
    private final Set<Server.Identity> running = new HashSet<>();

    PerformanceTests(OnDemandConnection connections) {
        this.connections = connections;
    }

    /** Fails with a {@link ProblemException} if the test cannot be run. */
    Uni<PerformanceView> run(Target target, List<String> queries, int iterations) {
        Server.Identity server = target.server().identity();
        begin(server);
        return connections
                // The test goes on if its client leaves, so that it counts until its own end.
                .with(
                        target,
                        connection -> new Test(target, queries, iterations, connection)
                                .run()
                                .onTermination()
                                .invoke(() -> end(server)))
                .onFailure(FailureException.class)
                .transform(thrown -> refused(thrown.failure()));
    }

    private synchronized void begin(Server.Identity server) {
        if (running.contains(server)) {
            throw busy("a performance test is running on this server");
        }
        if (running.size() >= AT_ONCE) {
            throw busy(AT_ONCE + " performance tests are running; no more are run at once");
        }
        running.add(server);
    }

    private synchronized void end(Server.Identity server) {
        running.remove(server);
    }

    private static ProblemException busy(String why) {
        return ProblemException.of(429, why).header("Retry-After", "10");
    }

    private static ProblemException refused(Failure failure) {
        return ProblemException.of(
                        503, "no session could be opened for the test: " + failure.message() + "; see diagnostics")
                .header("Retry-After", "10");
    }

    /** One test, on the event loop of its server. */
    private static final class Test {

        private final Target target;
        private final List<String> queries;
        private final int iterations;
        private final ServerConnection connection;
        private final Instant begun = SteadyClock.now();
        private final long start = System.nanoTime();
        private final Measurements opening = new Measurements();
        private final List<Measurements> runs;
        private final Set<Integer> hopeless = new HashSet<>();
        private @Nullable PerformanceSession session;
        private boolean cut;

        private Test(Target target, List<String> queries, int iterations, ServerConnection connection) {
            this.target = target;
            this.queries = queries;
            this.iterations = iterations;
            this.connection = connection;
            this.runs = queries.stream().map(query -> new Measurements()).toList();
        }

        private Uni<PerformanceView> run() {
            return open().chain(PerformanceSession::excessivePrivileges)
                    .invoke(Test::refuseExcess)
                    .chain(() -> Multi.createFrom()
                            .range(1, CONNECTS)
                            .onItem()
                            .transformToUniAndConcatenate(again -> open())
                            .collect()
                            .last())
                    .chain(() -> Multi.createFrom()
                            .iterable(plan())
                            .onItem()
                            .transformToUniAndConcatenate(this::once)
                            .collect()
                            .last())
                    .map(last -> view())
                    .onTermination()
                    .invoke(this::close);
        }

        /** Each query once, then each once more: if time runs out, all have had their turn. */
        private List<Integer> plan() {
            return IntStream.range(0, iterations * queries.size())
                    .map(i -> i % queries.size())
                    .boxed()
                    .toList();
        }

        private Uni<PerformanceSession> open() {
            close();
            long before = System.nanoTime();
            return connection.trial(target.database()).invoke(opened -> {
                session = opened;
                opening.succeeded(Duration.ofNanos(System.nanoTime() - before));
            });
        }

        private Uni<Boolean> once(int query) {
            PerformanceSession open = session;
            Duration left = TOTAL.minusNanos(System.nanoTime() - start);
            if (hopeless.contains(query)) {
                return Uni.createFrom().item(false);
            }
            if (open == null || open.closed() || left.compareTo(LEAST) < 0) {
                cut = true;
                return Uni.createFrom().item(false);
            }
            return open.run(queries.get(query), left)
                    .map(run -> {
                        runs.get(query).succeeded(run.took(), run.rows());
                        return true;
                    })
                    .onFailure(FailureException.class)
                    .recoverWithItem(thrown -> {
                        failed(query, thrown.failure());
                        return false;
                    });
        }

        /** What the server does not accept is not tried again. */
        private void failed(int query, Failure failure) {
            runs.get(query).failed(failure);
            String state = failure.sqlState() == null ? "" : failure.sqlState();
            if (state.startsWith("42") || state.startsWith("25") || state.startsWith("0A")) {
                hopeless.add(query);
            }
        }

        private void close() {
            if (session != null) {
                session.close();
                session = null;
            }
        }

        private static void refuseExcess(List<String> privileges) {
            if (!privileges.isEmpty()) {
                throw ProblemException.of(
                        403,
                        "pgvigil's role has privileges with which a query could change things that no rollback undoes: "
                                + String.join(", ", privileges)
                                + "; run performance tests with a role that has pg_monitor alone");
            }
        }

        private PerformanceView view() {
            List<QueryResult> results = new ArrayList<>();
            for (int i = 0; i < queries.size(); i++) {
                Measurements run = runs.get(i);
                Failure failure = run.failure();
                results.add(new QueryResult(
                        queries.get(i),
                        run.times(),
                        run.successRate(),
                        run.rows(),
                        failure == null ? null : failure.message(),
                        failure == null ? null : failure.sqlState()));
            }
            PerformanceRules rules = new PerformanceRules(opening.times(), results, !cut);
            return new PerformanceView(
                    target.name(),
                    begun,
                    DiagnosticsView.milliseconds(Duration.ofNanos(System.nanoTime() - start)),
                    iterations,
                    !cut,
                    opening.times(),
                    results,
                    rules.successRate(),
                    rules.poolEfficiency(),
                    rules.rating(),
                    rules.recommendations());
        }
    }
}
