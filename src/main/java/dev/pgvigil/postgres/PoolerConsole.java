package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.postgres.Session.Console;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the admin console of a PgBouncer: a database of its own, which takes no settings and answers to simple
 * queries only. Each is closed after use. Used from one event loop.
 */
final class PoolerConsole {

    private static final String DATABASE = "pgbouncer";

    private final Connector connector;
    private final Server console;
    private final Deadlines deadlines;
    private final EventLoop loop;
    private final ConnectionBudget budget;

    private PoolerConsole(
            Connector connector, Server console, Deadlines deadlines, EventLoop loop, ConnectionBudget budget) {
        this.connector = connector;
        this.console = console;
        this.deadlines = deadlines;
        this.loop = loop;
        this.budget = budget;
    }

    /**
     * The console of the server's pooler; null: none is configured.
     *
     * @param budget limits the connections to the pooler
     */
    static @Nullable PoolerConsole of(
            Connector connector, Server server, Deadlines deadlines, EventLoop loop, ConnectionBudget budget) {
        Server console = server.pooler();
        return console == null ? null : new PoolerConsole(connector, console, deadlines, loop, budget);
    }

    /** The result of the work; fails with a {@link FailureException}. */
    <T> Uni<T> ask(Function<Console, Uni<T>> work) {
        return Uni.createFrom()
                .completionStage(() -> open().toCompletionStage())
                .flatMap(physical -> work.apply(new Console() {
                            @Override
                            public <R> Uni<List<R>> rows(String command, Function<Row, R> mapping) {
                                return Uni.createFrom()
                                        .completionStage(() -> query(physical, command, mapping)
                                                .toCompletionStage());
                            }
                        })
                        .onTermination()
                        .invoke(() -> physical.close()));
    }

    private Future<PhysicalConnection> open() {
        ConnectionBudget.Permit permit = budget.take(false);
        if (permit == null) {
            return Future.failedFuture(
                    new FailureException(Failure.of(Reason.LOCAL, "too many connections to the pooler are open")));
        }
        return connector.open(
                loop,
                new Connector.Attempt(
                        console,
                        DATABASE,
                        deadlines.connect(),
                        Map.of("application_name", "pgvigil"),
                        deadlines.answer(),
                        permit,
                        Connector.Progress.IGNORED));
    }

    private <T> Future<List<T>> query(PhysicalConnection physical, String command, Function<Row, T> mapping) {
        Duration answer = deadlines.answer();
        return loop.within(answer, physical.query(command))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(mapping)
                        .toList())
                .recover(thrown -> {
                    physical.drop();
                    return Future.failedFuture(new FailureException(FailureClassifier.of(thrown)));
                });
    }
}
