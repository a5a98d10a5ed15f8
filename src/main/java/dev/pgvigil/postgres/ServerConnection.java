package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one session to a server: connects, reconnects with backoff, rotates it when it is old, and drops it without waiting
 * when the server no longer answers. Every method is called on one event loop.
 */
public final class ServerConnection {

    /** Receives changes of the session. */
    public interface Listener {

        /** A session is open; the facts read through it. */
        void ready(ServerFacts facts);

        /** There is no session: it was lost, or an attempt to open one failed. */
        void down(Failure failure);
    }

    private final Connector connector;
    private final EventLoop loop;
    private final Spans spans;
    private final Listener listener;
    private final ConnectionStats stats = new ConnectionStats();
    private final Backoff backoff = new Backoff(ThreadLocalRandom.current());
    private final ConnectDatabases databases = new ConnectDatabases();
    private final EmergencyConnection emergency;
    private final ConnectionBudget poolerBudget = new ConnectionBudget();
    private final SilenceProbe probe;

    private Server server;
    private Deadlines deadlines;
    private SessionFactory factory;
    private @Nullable PoolerConsole pooler;
    private @Nullable PhysicalConnection main;
    private @Nullable ServerFacts facts;
    private @Nullable Failure trouble;
    private @Nullable ConnectAttempt attempt;
    /** Present while the session has left a statement unanswered; completes when that is decided. */
    private @Nullable Promise<Void> suspicion;
    /** Whether a session was lost or did not answer, and the first attempt to replace it is undecided. */
    private boolean replacing;

    private int pauses;
    private boolean pausing;
    private boolean closed;
    private long rotateAfter;

    public ServerConnection(
            Connector connector, Server server, Deadlines deadlines, EventLoop loop, Spans spans, Listener listener) {
        this.connector = connector;
        this.server = server;
        this.deadlines = deadlines;
        this.loop = loop;
        this.spans = spans;
        this.listener = listener;
        this.factory = new SessionFactory(connector, server, deadlines, loop, stats);
        this.pooler = PoolerConsole.of(connector, server, deadlines, loop, poolerBudget);
        this.probe = new SilenceProbe(loop, connector, server.port(), stats.budget);
        this.emergency =
                new EmergencyConnection(loop, () -> factory.openEmergency(databases.current()), databases::include);
    }

    /** Sets the databases to which the shared session may connect, in order of preference. */
    public void databases(List<String> names) {
        databases.update(names);
        leaveUnmonitored();
        emergency.releaseUnmonitored();
    }

    /** A session in a database that is no longer monitored would prevent its owner from renaming or dropping it. */
    private void leaveUnmonitored() {
        if (main != null && !databases.include(main.database())) {
            connect();
        }
    }

    /**
     * Uses these credentials and deadlines from now on; {@link #open} connects with them. Statements already sent may still be
     * answered.
     */
    public void reach(Server by, Deadlines anew) {
        retire(main);
        emergency.release();
        main = null;
        trouble = null;
        endAttempt();
        pauses++;
        pausing = false;
        replacing = false;
        decided();
        backoff.succeeded();
        server = by;
        deadlines = anew;
        factory = new SessionFactory(connector, by, anew, loop, stats);
        pooler = PoolerConsole.of(connector, by, anew, loop, poolerBudget);
    }

    /** Starts to connect, unless there is a session or an attempt in progress. */
    public void open() {
        if (main == null) {
            connect();
        }
    }

    /** Connects, also while a session that is to be replaced is open. */
    private void connect() {
        if (closed || attempt != null || pausing) {
            return;
        }
        ConnectAttempt own = new ConnectAttempt(loop, probe, tolerance(), this::late);
        attempt = own;
        boolean incident = trouble != null || replacing;
        factory.openShared(databases.current(), backoff.answerTimeout(probe.silent()), incident, own)
                .onComplete(end -> ended(own, end));
    }

    private void ended(ConnectAttempt own, AsyncResult<OpenSession> end) {
        if (own != attempt) {
            if (end.succeeded()) {
                end.result().physical().close();
            }
            return;
        }
        endAttempt();
        if (end.succeeded()) {
            opened(end.result());
        } else if (own.unwanted()) {
            connect();
        } else {
            failed(FailureClassifier.of(end.cause()));
        }
    }

    private void endAttempt() {
        if (attempt != null) {
            attempt.end();
            attempt = null;
        }
    }

    private void late() {
        if (attempt != null && !ready() && !closed) {
            listener.down(attempt.noAnswer());
        }
    }

    /**
     * How long an attempt may be unanswered before that is a failure of the server. Two delays must not be taken for an outage:
     * a statement that was unanswered before is one; without it, the attempt must be silent for as long as both.
     */
    private Duration tolerance() {
        if (trouble != null) {
            return deadlines.answer();
        }
        return replacing ? deadlines.replacement() : deadlines.answer().plus(deadlines.replacement());
    }

    /** Ends all sessions; the future completes when the shared one is closed. */
    public Future<Void> close() {
        closed = true;
        endAttempt();
        decided();
        emergency.release();
        if (main == null) {
            return Future.succeededFuture();
        }
        PhysicalConnection last = main;
        main = null;
        last.close();
        return last.gone();
    }

    /** Whether there is a session that answers. */
    public boolean ready() {
        return main != null && suspicion == null;
    }

    /** Why there is no session; null while there is one, and while it is undecided whether the server answers. */
    public @Nullable Failure trouble() {
        if (ready()) {
            return null;
        }
        return attempt != null && attempt.late() ? attempt.noAnswer() : trouble;
    }

    /**
     * The shared session, for one run of a check; only while {@link #ready}.
     *
     * @param shared results shared by checks that run together, see {@link Session#once}
     * @param memory what the check keeps between its runs
     * @param urgent whether its statements are sent before those of other checks
     */
    public Session session(Spans.Pass pass, Map<String, Uni<?>> shared, CheckMemory memory, boolean urgent) {
        if (main == null || facts == null) {
            throw new FailureException(Failure.of(Reason.CONNECT, "no session"));
        }
        if (main.age() > rotateAfter) {
            connect();
        }
        return new CheckSession(this, main, facts, deadlines.answer(), spans, pass, shared, memory, urgent);
    }

    /** What a check of the server's host uses while there is no session. */
    public Session unconnected(CheckMemory memory) {
        return new UnconnectedSession(this, memory);
    }

    /** The database of the shared session. */
    public String database() {
        return main == null ? databases.current() : main.database();
    }

    /** Opens a dedicated session to a database, with the deadlines of slow statements. The caller closes it. */
    public Uni<DatabaseSession> visit(String database) {
        return Uni.createFrom()
                .completionStage(() -> factory.openDedicated(database).toCompletionStage())
                .map(own -> new DatabaseSession(this, own, deadlines.slowAnswer(), spans));
    }

    /**
     * Opens a dedicated session for queries of a caller, who closes it; fails with a {@link FailureException}, also if the budget
     * has no connection to spare.
     */
    public Uni<PerformanceSession> trial(String database) {
        if (!hasRoomToVisit()) {
            Failure none = ready()
                    ? Failure.of(Reason.CAPACITY, "none of pgvigil's connections to this server can be spared")
                    : Failure.of(Reason.CONNECT, "no session to the server");
            return Uni.createFrom().failure(new FailureException(none));
        }
        return Uni.createFrom()
                .completionStage(() -> factory.openDedicated(database).toCompletionStage())
                .map(own -> new PerformanceSession(this, own, deadlines.slowAnswer()));
    }

    /**
     * Opens a session to a database that may write, for a canary. The caller closes it; fails with a {@link FailureException},
     * also if the budget has no connection to spare.
     */
    Uni<DatabaseSession> writing(String database) {
        if (!hasRoomToVisit()) {
            return Uni.createFrom()
                    .failure(new FailureException(
                            Failure.of(Reason.LOCAL, "none of pgvigil's connections to this server can be spared")));
        }
        return Uni.createFrom()
                .completionStage(() -> factory.openWriting(database).toCompletionStage())
                .map(own -> new DatabaseSession(this, own, deadlines.slowAnswer(), spans));
    }

    /**
     * Opens one more session to a database, step by step, and closes it; within the connection budget, of which it leaves enough
     * for the shared session. Never fails.
     */
    public Uni<ConnectTrace> trace(String database) {
        return Uni.createFrom()
                .completionStage(() -> new ConnectTracer(connector, server, database, deadlines, loop, factory)
                        .run()
                        .toCompletionStage());
    }

    /** The admin console of the server's pooler; null: none is configured. */
    @Nullable
    PoolerConsole poolerConsole() {
        return pooler;
    }

    /** Where the resources of the server's host are read; null: nowhere. */
    public @Nullable HostEndpoint host() {
        return server.resources();
    }

    /**
     * Runs this on the server's event loop after it has turned to its sockets. By a timer: a queued task runs before the loop looks
     * at them, together with up to 63 others.
     */
    void later(Runnable work) {
        loop.after(1, work);
    }

    /** The result of work that would hold the event loop for long, from a worker thread. */
    <T> Future<T> compute(Callable<T> work) {
        return loop.compute(work);
    }

    /** Whether a visit may open a connection, with one left to replace the shared session. */
    public boolean hasRoomToVisit() {
        return ready() && stats.budget.ordinaryLeft() > 1;
    }

    /** Queries the facts and privileges again and reports them to the listener. */
    public void relearn() {
        if (main != null) {
            factory.refreshFacts(main).onSuccess(own -> {
                if (own.physical() == main) {
                    facts = own.facts();
                    listener.ready(own.facts());
                }
            });
        }
    }

    /**
     * Sets whether to hold one more session, opened from the emergency budget while the server is running out of slots. Called
     * repeatedly; each call may make an attempt or send a keepalive.
     */
    public void holdEmergency(boolean wanted) {
        if (wanted && main != null && !closed) {
            emergency.hold(deadlines);
        } else if (!wanted) {
            emergency.release();
        }
    }

    /** Sets the factor by which intervals are stretched, for {@link #state}. */
    public void stretched(double factor) {
        stats.stretched(factor);
    }

    public ConnectionState state() {
        return stats.state();
    }

    <T> Future<T> within(Duration time, Future<T> answer) {
        return loop.within(time, answer);
    }

    void spent(long nanos) {
        stats.spent(nanos);
    }

    /**
     * A statement was not answered in time. The shared session is to be replaced; until then its late answer still counts, and
     * if neither comes, the server does not answer. Any other session is dropped.
     */
    void unanswered(PhysicalConnection physical) {
        if (physical.closed() || (physical == main && suspicion != null)) {
            return;
        }
        stats.abandoned();
        if (physical != main) {
            factory.abandon(physical);
            if (ready() && main != null) {
                // What it was doing may go on for long.
                factory.endLeftovers(main);
            }
            return;
        }
        Promise<Void> decision = loop.promise();
        suspicion = decision;
        replacing = true;
        trouble = null;
        emergency.release();
        connect();
        loop.within(deadlines.replacement(), decision.future()).onFailure(silent -> {
            if (decision.equals(suspicion)) {
                drop(physical);
            }
        });
    }

    /** A statement was answered, if only late. */
    void answered(PhysicalConnection physical) {
        physical.setAnswered();
        if (physical == main && facts != null && suspicion != null && !closed) {
            decided();
            replacing = false;
            trouble = null;
            listener.ready(facts);
        }
    }

    private void decided() {
        if (suspicion != null) {
            suspicion.complete();
            suspicion = null;
        }
    }

    /** Gives up the session: neither it nor an attempt to replace it was answered. */
    private void drop(PhysicalConnection physical) {
        main = null;
        decided();
        Failure silence = Failure.of(
                Reason.TIMEOUT,
                "no answer within "
                        + deadlines.answer().plus(deadlines.replacement()).toMillis() + " ms");
        if (attempt == null && trouble == null) {
            trouble = silence;
        }
        Failure why = trouble();
        physical.setEnd(new FailureException(why == null ? silence : why));
        factory.abandon(physical);
        listener.down(why == null ? silence : why);
        open();
    }

    private void opened(OpenSession own) {
        if (closed) {
            own.physical().close();
            return;
        }
        PhysicalConnection old = main;
        boolean silent = suspicion != null;
        decided();
        takeOver(own);
        if (old != null && silent) {
            supersede(old, own.physical());
        } else {
            retire(old);
        }
    }

    /** The server answers, on the new session: what the old one left unanswered is asked again, unless it never answered. */
    private void supersede(PhysicalConnection old, PhysicalConnection successor) {
        old.setEnd(
                old.answered()
                        ? new SupersededException()
                        : new FailureException(Failure.of(
                                Reason.TIMEOUT,
                                "no answer within " + deadlines.answer().toMillis() + " ms")));
        factory.abandon(old);
        factory.endLeftovers(successor);
    }

    private void takeOver(OpenSession own) {
        backoff.succeeded();
        databases.succeeded();
        probe.answered();
        trouble = null;
        replacing = false;
        main = own.physical();
        facts = own.facts();
        rotateAfter = jittered(deadlines.rotateAfter()).toNanos();
        own.physical().onLost(() -> lost(own));
        leaveUnmonitored();
        listener.ready(own.facts());
    }

    /** Closes a session after the answer timeout: an answer may still be on its way. */
    private void retire(@Nullable PhysicalConnection old) {
        if (old != null) {
            loop.after(deadlines.answer().toMillis(), () -> old.close());
        }
    }

    private void lost(OpenSession own) {
        if (own.physical() != main || closed) {
            return;
        }
        main = null;
        decided();
        OpenSession replacement = emergency.take();
        if (replacement != null) {
            takeOver(replacement);
            return;
        }
        Failure loss = Failure.of(Reason.CONNECT, "the server closed the connection");
        // Not yet a failure of the server: the next attempt decides.
        replacing = true;
        trouble = null;
        open();
        if (attempt == null) {
            trouble = loss;
        }
        listener.down(loss);
    }

    private void failed(Failure failure) {
        stats.failed();
        trouble = failure;
        replacing = false;
        int own = ++pauses;
        Duration pause = databases.failed(failure) ? Duration.ZERO : backoff.failed(failure);
        if (!closed) {
            pausing = true;
            loop.after(Math.max(1, pause.toMillis()), () -> {
                if (own == pauses) {
                    pausing = false;
                    connect();
                }
            });
            if (!ready()) {
                listener.down(failure);
            }
        }
    }

    private static Duration jittered(Duration duration) {
        return Duration.ofMillis(Math.round(
                duration.toMillis() * (0.8 + 0.4 * ThreadLocalRandom.current().nextDouble())));
    }
}
