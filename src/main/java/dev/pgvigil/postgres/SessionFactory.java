package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens connections to one server within its budget, and asks on each what the server is and what we may do there. */
final class SessionFactory {

    private final Connector connector;
    private final Server server;
    private final Deadlines deadlines;
    private final EventLoop loop;
    private final ConnectionStats account;

    SessionFactory(Connector connector, Server server, Deadlines deadlines, EventLoop loop, ConnectionStats account) {
        this.connector = connector;
        this.server = server;
        this.deadlines = deadlines;
        this.loop = loop;
        this.account = account;
    }

    /**
     * The shared session; in an incident from the emergency budget, if the ordinary one is used up.
     *
     * @param begun called when the attempt has left the fleet's queue
     */
    Future<OpenSession> shared(String database, Duration patience, boolean incident, Runnable begun) {
        ConnectionBudget.Permit permit = account.budget.take(false);
        ConnectionBudget.Permit granted = permit == null && incident ? account.budget.take(true) : permit;
        return open(database, deadlines.statement(), patience, granted, begun);
    }

    /** A session of the emergency budget. */
    Future<OpenSession> spare(String database) {
        return open(database, deadlines.statement(), deadlines.answer(), account.budget.take(true), () -> {});
    }

    /** A session for one piece of work, whose statements may take longer. */
    Future<OpenSession> own(String database) {
        return open(database, deadlines.slowStatement(), deadlines.answer(), account.budget.take(false), () -> {});
    }

    /** What the server is, and what we may do there. */
    Future<OpenSession> learn(PhysicalConnection wire) {
        return wire.query(FactsQuery.SQL)
                .timeout(deadlines.answer().toMillis(), TimeUnit.MILLISECONDS)
                .map(rows -> {
                    Row row = rows.iterator().next();
                    account.spent(FactsQuery.serverNanos(row));
                    return new OpenSession(wire, FactsQuery.read(row));
                });
    }

    private Future<OpenSession> open(
            String database,
            Duration statement,
            Duration patience,
            ConnectionBudget.@Nullable Permit permit,
            Runnable begun) {
        if (permit == null) {
            return Future.failedFuture(new FailureException(Failure.of(
                    Reason.LOCAL,
                    "all of pgvigil's " + account.budget.open() + " connections to this server are in use")));
        }
        return connector
                .open(loop, new Connector.Attempt(server, database, deadlines, statement, patience, permit, begun))
                .compose(wire -> learn(wire).onFailure(unlearned -> wire.drop()))
                .onSuccess(opened -> account.connected());
    }
}
