package dev.pgvigil.postgres;

import dev.pgvigil.postgres.ConnectionBudget.Permit;
import dev.pgvigil.postgres.Failure.Reason;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions to one server within its budget, and reads the facts through them. A session without the settings that keep it
 * harmless is refused.
 */
final class SessionFactory {

    private final Connector connector;
    private final Server server;
    private final Deadlines deadlines;
    private final EventLoop loop;
    private final ConnectionStats stats;
    private final Set<String> plainLogins = new HashSet<>();
    private final Map<ServerProcess, Permit> leftovers = new HashMap<>();

    SessionFactory(Connector connector, Server server, Deadlines deadlines, EventLoop loop, ConnectionStats stats) {
        this.connector = connector;
        this.server = server;
        this.deadlines = deadlines;
        this.loop = loop;
        this.stats = stats;
    }

    /**
     * Opens the shared session; in an incident from the emergency budget if the ordinary one is used up.
     *
     */
    Future<OpenSession> openShared(
            String database, Duration answerTimeout, boolean incident, Connector.Progress progress) {
        Permit permit = stats.budget.take(false);
        Permit granted = permit == null && incident ? stats.budget.take(true) : permit;
        return open(database, deadlines.statement(), answerTimeout, granted, progress);
    }

    /** Opens a session from the emergency budget. */
    Future<OpenSession> openEmergency(String database) {
        return open(
                database,
                deadlines.statement(),
                deadlines.answer(),
                stats.budget.take(true),
                Connector.Progress.IGNORED);
    }

    /** Opens a dedicated session, whose statements may take longer. */
    Future<OpenSession> openDedicated(String database) {
        return open(
                database,
                deadlines.slowStatement(),
                deadlines.answer(),
                stats.budget.take(false),
                Connector.Progress.IGNORED);
    }

    /** Opens a session that may write, for a canary alone. All others are read-only. */
    Future<OpenSession> openWriting(String database) {
        return open(
                database,
                SessionSettings.of(deadlines, deadlines.slowStatement()).writing(),
                deadlines.answer(),
                stats.budget.take(false),
                Connector.Progress.IGNORED);
    }

    /**
     * A permit for a diagnosis; null if none can be spared. One of each kind is left for the shared session, which must be able
     * to reconnect.
     */
    @Nullable
    Permit permitToDiagnose() {
        ConnectionBudget budget = stats.budget;
        if (budget.ordinaryLeft() > 1) {
            return budget.take(false);
        }
        return budget.emergencyLeft() > 1 ? budget.take(true) : null;
    }

    /** Opens a session whose attempt is followed step by step. */
    Future<OpenSession> openFollowed(
            String database, Duration answerTimeout, @Nullable Permit permit, Connector.Progress progress) {
        return open(database, deadlines.statement(), answerTimeout, permit, progress);
    }

    /** Queries the facts and privileges again. */
    Future<OpenSession> refreshFacts(PhysicalConnection physical) {
        return queryFacts(physical, SessionSettings.of(deadlines, deadlines.statement()))
                .map(answer -> new OpenSession(physical, answer.facts()));
    }

    private Future<OpenSession> open(
            String database,
            Duration statement,
            Duration answerTimeout,
            @Nullable Permit permit,
            Connector.Progress progress) {
        return open(database, SessionSettings.of(deadlines, statement), answerTimeout, permit, progress);
    }

    private Future<OpenSession> open(
            String database,
            SessionSettings settings,
            Duration answerTimeout,
            @Nullable Permit permit,
            Connector.Progress progress) {
        return login(database, settings, answerTimeout, permit, progress)
                .compose(physical -> verified(physical, settings).recover(unfit -> {
                    Failure failure = FailureClassifier.of(unfit);
                    giveUp(physical, failure);
                    return Future.failedFuture(new FailureException(failure));
                }))
                .onSuccess(opened -> {
                    stats.connected(opened.physical().loginNanos());
                    endLeftovers(opened.physical());
                });
    }

    /** Drops a connection that no longer answers. The next session ends the server process that may be left of it. */
    void abandon(PhysicalConnection physical) {
        if (!physical.closed()) {
            Permit permit = physical.abandon(loop, deadlines.idle());
            ServerProcess process = physical.process();
            if (process != null) {
                leftovers.put(process, permit);
            }
        }
    }

    private void giveUp(PhysicalConnection physical, Failure failure) {
        if (failure.reason() == Reason.TIMEOUT) {
            abandon(physical);
        } else {
            physical.close();
        }
    }

    /** Ends the server processes that are left of abandoned connections. */
    void endLeftovers(PhysicalConnection physical) {
        if (leftovers.isEmpty()) {
            return;
        }
        Map<ServerProcess, Permit> ended = Map.copyOf(leftovers);
        within(physical.query(ServerProcess.end(ended.keySet()))).onSuccess(done -> {
            leftovers.keySet().removeAll(ended.keySet());
            ended.values().forEach(Permit::gone);
        });
    }

    /**
     * Logs in. If a login trigger fails because of pgvigil's settings, logs in again without those and sets them afterwards.
     */
    private Future<PhysicalConnection> login(
            String database,
            SessionSettings settings,
            Duration answerTimeout,
            @Nullable Permit permit,
            Connector.Progress progress) {
        if (plainLogins.contains(database)) {
            return connect(database, settings.atPlainLogin(), answerTimeout, permit, progress);
        }
        return connect(database, settings.atLogin(), answerTimeout, permit, progress)
                .recover(refused -> {
                    if (permit == null || !SessionSettings.mayHaveFailedLogin(FailureClassifier.of(refused))) {
                        return Future.failedFuture(refused);
                    }
                    return connect(database, settings.atPlainLogin(), answerTimeout, permit.another(), progress)
                            .onSuccess(physical -> plainLogins.add(database));
                });
    }

    private Future<PhysicalConnection> connect(
            String database,
            Map<String, String> settings,
            Duration answerTimeout,
            @Nullable Permit permit,
            Connector.Progress progress) {
        if (permit == null) {
            return Future.failedFuture(new FailureException(nonePermitted()));
        }
        Start start = new Start(loop, progress);
        Connector.Attempt attempt =
                new Connector.Attempt(server, database, deadlines.connect(), settings, answerTimeout, permit, start);
        return connector
                .open(loop, attempt)
                .recover(refused -> Future.failedFuture(
                        new FailureException(start.attributed(ofDatabase(FailureClassifier.of(refused), database)))));
    }

    Failure nonePermitted() {
        int lingering = stats.budget.lingering();
        return lingering == 0
                ? Failure.of(
                        Reason.LOCAL,
                        "all of pgvigil's " + stats.budget.open() + " connections to this server are in use")
                : Failure.of(
                        Reason.TIMEOUT,
                        "no answer to " + lingering
                                + " connections, which the server may still hold: pgvigil opens no more"
                                + " until they are known to be gone");
    }

    /** When an attempt began, and the lateness of its event loop at that time. */
    private static final class Start implements Connector.Progress {
        private final EventLoop loop;
        private final Connector.Progress progress;
        private long at;
        private long late;

        private Start(EventLoop loop, Connector.Progress progress) {
            this.loop = loop;
            this.progress = progress;
            now();
        }

        private void now() {
            at = System.nanoTime();
            late = loop.lateNanos();
        }

        @Override
        public void begun() {
            now();
            progress.begun();
        }

        @Override
        public List<InetAddress> candidates(List<InetAddress> found) {
            return progress.candidates(found);
        }

        @Override
        public void trying(InetAddress address, boolean tls) {
            progress.trying(address, tls);
        }

        @Override
        public void connected(InetAddress address) {
            progress.connected(address);
        }

        @Override
        public void certificates(List<X509Certificate> chain) {
            progress.certificates(chain);
        }

        @Override
        public void encrypted(SSLSession session) {
            progress.encrypted(session);
        }

        @Override
        public void authenticated() {
            progress.authenticated();
        }

        @Override
        public void failed(Failure failure) {
            progress.failed(failure);
        }

        @Override
        public void onUnwanted(Runnable close) {
            progress.onUnwanted(close);
        }

        /** A timeout while pgvigil itself was delayed is not a failure of the server. */
        private Failure attributed(Failure failure) {
            long took = System.nanoTime() - at;
            long delayed = loop.lateNanos() - late;
            return failure.reason() == Reason.TIMEOUT && failure.sqlState() == null && delayed * 4 >= took
                    ? Failure.of(
                            Reason.LOCAL,
                            "pgvigil was held up for %d ms of the %d ms that an attempt to connect took"
                                    .formatted(delayed / 1_000_000, took / 1_000_000))
                    : failure;
        }
    }

    /**
     * Only a login trigger can end a login with an error of a statement: the database refuses the login. Known causes are
     * excluded.
     */
    private static Failure ofDatabase(Failure failure, String database) {
        return failure.reason() == Reason.QUERY && failure.sqlState() != null && failure.cause() == null
                ? new Failure(
                                Reason.AUTH,
                                "login to database " + database + ": " + failure.message(),
                                failure.sqlState())
                        .in(database)
                : failure;
    }

    /** Returns the session only if all of the settings are in effect. */
    private Future<OpenSession> verified(PhysicalConnection physical, SessionSettings settings) {
        return queryFacts(physical, settings).compose(found -> {
            SessionSettings missing = settings.missing(found.session());
            if (missing.isEmpty()) {
                return Future.succeededFuture(new OpenSession(physical, found.facts()));
            }
            if (found.process().pid() != physical.processId()) {
                // Behind a pooler the next statement may run in another session, and these settings could affect an
                // application.
                return unfit(missing, found, "a connection pooler stands between, which does not pass them on");
            }
            return within(physical.query(missing.statement()))
                    .compose(set -> queryFacts(physical, settings))
                    .compose(again -> settings.missing(again.session()).isEmpty()
                            ? Future.succeededFuture(new OpenSession(physical, again.facts()))
                            : unfit(settings.missing(again.session()), again, "the server does not keep them"));
        });
    }

    private static <T> Future<T> unfit(SessionSettings missing, FactsQuery.Answer answer, String why) {
        return Future.failedFuture(new FailureException(Failure.of(
                Reason.UNSUPPORTED,
                "the session lacks settings that keep it harmless (" + missing.against(answer.session()) + "): "
                        + why)));
    }

    private Future<FactsQuery.Answer> queryFacts(PhysicalConnection physical, SessionSettings settings) {
        return within(FactsQuery.run(physical, settings.values().keySet())).onSuccess(answer -> {
            stats.spent(answer.serverNanos());
            physical.setProcess(answer.process(), answer.processNanos());
        });
    }

    private <T> Future<T> within(Future<T> answer) {
        return loop.within(deadlines.answer(), answer);
    }
}
