package dev.pgvigil.postgres;

import dev.pgvigil.postgres.ConnectionBudget.Permit;
import dev.pgvigil.postgres.Failure.Reason;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions to one server within its budget. Each has the settings that keep it harmless, or is refused; and tells what
 * the server is and what we may do there.
 */
final class SessionFactory {

    private final Connector connector;
    private final Server server;
    private final Deadlines deadlines;
    private final EventLoop loop;
    private final ConnectionStats account;
    private final Set<String> plainLogins = new HashSet<>();
    private final Map<ServerProcess, Permit> leftovers = new HashMap<>();

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
        Permit permit = account.budget.take(false);
        Permit granted = permit == null && incident ? account.budget.take(true) : permit;
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

    /** What the server is and what we may do there, asked anew. */
    Future<OpenSession> learn(PhysicalConnection wire) {
        return ask(wire, SessionSettings.of(deadlines, deadlines.statement()))
                .map(answer -> new OpenSession(wire, answer.facts()));
    }

    private Future<OpenSession> open(
            String database, Duration statement, Duration patience, @Nullable Permit permit, Runnable begun) {
        SessionSettings settings = SessionSettings.of(deadlines, statement);
        return login(database, settings, patience, permit, begun)
                .compose(wire -> verified(wire, settings).onFailure(unfit -> giveUp(wire, FailureClassifier.of(unfit))))
                .onSuccess(opened -> {
                    account.connected();
                    endLeftovers(opened.wire());
                });
    }

    /** Drops a connection that does not answer any more. The next session has the server end what it may hold of it. */
    void abandon(PhysicalConnection wire) {
        if (!wire.closed()) {
            Permit permit = wire.abandon(loop, deadlines.idle());
            ServerProcess process = wire.process();
            if (process != null) {
                leftovers.put(process, permit);
            }
        }
    }

    private void giveUp(PhysicalConnection wire, Failure failure) {
        if (failure.reason() == Reason.TIMEOUT) {
            abandon(wire);
        } else {
            wire.close();
        }
    }

    private void endLeftovers(PhysicalConnection wire) {
        if (leftovers.isEmpty()) {
            return;
        }
        Map<ServerProcess, Permit> ended = Map.copyOf(leftovers);
        within(wire.query(ServerProcess.end(ended.keySet()))).onSuccess(done -> {
            leftovers.keySet().removeAll(ended.keySet());
            ended.values().forEach(Permit::gone);
        });
    }

    /** Logs in; where a login trigger fails under our settings, once more without those, which are then set behind it. */
    private Future<PhysicalConnection> login(
            String database, SessionSettings settings, Duration patience, @Nullable Permit permit, Runnable begun) {
        if (plainLogins.contains(database)) {
            return connect(database, settings.atPlainLogin(), patience, permit, begun);
        }
        return connect(database, settings.atLogin(), patience, permit, begun).recover(refused -> {
            if (permit == null || !SessionSettings.mayHaveFailedLogin(FailureClassifier.of(refused))) {
                return Future.failedFuture(refused);
            }
            return connect(database, settings.atPlainLogin(), patience, permit.another(), () -> {})
                    .onSuccess(wire -> plainLogins.add(database));
        });
    }

    private Future<PhysicalConnection> connect(
            String database, Map<String, String> settings, Duration patience, @Nullable Permit permit, Runnable begun) {
        if (permit == null) {
            return Future.failedFuture(new FailureException(nonePermitted()));
        }
        Start start = new Start(loop);
        Connector.Attempt attempt =
                new Connector.Attempt(server, database, deadlines.connect(), settings, patience, permit, () -> {
                    start.now();
                    begun.run();
                });
        return connector
                .open(loop, attempt)
                .recover(refused -> Future.failedFuture(
                        new FailureException(start.judged(ofDatabase(FailureClassifier.of(refused), database)))));
    }

    private Failure nonePermitted() {
        int lingering = account.budget.lingering();
        return lingering == 0
                ? Failure.of(
                        Reason.LOCAL,
                        "all of pgvigil's " + account.budget.open() + " connections to this server are in use")
                : Failure.of(
                        Reason.TIMEOUT,
                        "no answer to " + lingering
                                + " connections, which the server may still hold: pgvigil opens no more"
                                + " until they are known to be gone");
    }

    /** When an attempt began, and how late its loop was until then. */
    private static final class Start {
        private final EventLoop loop;
        private long at;
        private long late;

        private Start(EventLoop loop) {
            this.loop = loop;
            now();
        }

        private void now() {
            at = System.nanoTime();
            late = loop.lateNanos();
        }

        /** A deadline that passed while pgvigil itself was held up says nothing of the server. */
        private Failure judged(Failure failure) {
            long took = System.nanoTime() - at;
            long heldUp = loop.lateNanos() - late;
            return failure.reason() == Reason.TIMEOUT && failure.sqlState() == null && heldUp * 4 >= took
                    ? Failure.of(
                            Reason.LOCAL,
                            "pgvigil was held up for %d ms of the %d ms that an attempt to connect took"
                                    .formatted(heldUp / 1_000_000, took / 1_000_000))
                    : failure;
        }
    }

    /** An error of a statement cannot end a login, save that of a trigger: the database refuses it. Known causes are others. */
    private static Failure ofDatabase(Failure failure, String database) {
        return failure.reason() == Reason.QUERY && failure.sqlState() != null && failure.cause() == null
                ? new Failure(
                                Reason.AUTH,
                                "login to database " + database + ": " + failure.message(),
                                failure.sqlState())
                        .in(database)
                : failure;
    }

    /** The session with all of the settings, or none at all. */
    private Future<OpenSession> verified(PhysicalConnection wire, SessionSettings settings) {
        return ask(wire, settings).compose(found -> {
            SessionSettings missing = settings.missing(found.session());
            if (missing.isEmpty()) {
                return Future.succeededFuture(new OpenSession(wire, found.facts()));
            }
            if (found.process().pid() != wire.processId()) {
                // Behind a pooler the next statement may go to another session, and what is set here stay with an
                // application.
                return unfit(missing, found, "a connection pooler stands between, which does not pass them on");
            }
            return within(wire.query(missing.statement()))
                    .compose(set -> ask(wire, settings))
                    .compose(again -> settings.missing(again.session()).isEmpty()
                            ? Future.succeededFuture(new OpenSession(wire, again.facts()))
                            : unfit(settings.missing(again.session()), again, "the server does not keep them"));
        });
    }

    private static <T> Future<T> unfit(SessionSettings missing, FactsQuery.Answer answer, String why) {
        return Future.failedFuture(new FailureException(Failure.of(
                Reason.UNSUPPORTED,
                "the session lacks settings that keep it harmless (" + missing.against(answer.session()) + "): "
                        + why)));
    }

    private Future<FactsQuery.Answer> ask(PhysicalConnection wire, SessionSettings settings) {
        return within(FactsQuery.ask(wire, settings.values().keySet())).onSuccess(answer -> {
            account.spent(answer.serverNanos());
            wire.is(answer.process());
        });
    }

    private <T> Future<T> within(Future<T> answer) {
        return loop.within(deadlines.answer(), answer);
    }
}
