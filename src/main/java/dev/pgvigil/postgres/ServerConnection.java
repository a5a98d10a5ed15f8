package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

    private Deadlines deadlines;
    private SessionFactory factory;
    private @Nullable PhysicalConnection main;
    private @Nullable ServerFacts facts;
    private @Nullable Failure trouble;
    private int attempt;
    private boolean connecting;
    private boolean begun;
    private boolean pausing;
    private boolean unanswered;
    private boolean closed;
    private long begunAt;
    private long lateBefore;
    private long rotateAfter;

    public ServerConnection(
            Connector connector, Server server, Deadlines deadlines, EventLoop loop, Spans spans, Listener listener) {
        this.connector = connector;
        this.deadlines = deadlines;
        this.loop = loop;
        this.spans = spans;
        this.listener = listener;
        this.factory = new SessionFactory(connector, server, deadlines, loop, stats);
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
    public void reach(Server server, Deadlines anew) {
        retire(main);
        emergency.release();
        main = null;
        trouble = null;
        attempt++;
        connecting = false;
        pausing = false;
        unanswered = false;
        backoff.succeeded();
        deadlines = anew;
        factory = new SessionFactory(connector, server, anew, loop, stats);
    }

    /** Starts to connect, unless there is a session or an attempt in progress. */
    public void open() {
        if (main == null) {
            connect();
        }
    }

    /** Connects, also while a session that is to be replaced is open. */
    private void connect() {
        if (closed || connecting || pausing) {
            return;
        }
        connecting = true;
        begun = false;
        int own = ++attempt;
        boolean incident = trouble != null || unanswered;
        factory.openShared(databases.current(), backoff.answerTimeout(), incident, () -> begun(own))
                .onComplete(end -> {
                    if (own != attempt) {
                        if (end.succeeded()) {
                            end.result().physical().close();
                        }
                        return;
                    }
                    connecting = false;
                    if (end.succeeded()) {
                        opened(end.result());
                    } else {
                        failed(FailureClassifier.of(end.cause()));
                    }
                });
    }

    /** The server is involved only from here on; until now the attempt waited in the fleet's queue. */
    private void begun(int own) {
        if (own == attempt) {
            begun = true;
            begunAt = System.nanoTime();
            lateBefore = loop.lateNanos();
            watchAttempt(own, tolerance());
        }
    }

    private void watchAttempt(int own, Duration left) {
        loop.after(left.toMillis() + 1, () -> {
            if (own != attempt || !connecting || closed) {
                return;
            }
            Duration more = tolerance().minus(unansweredFor());
            if (more.isPositive()) {
                watchAttempt(own, more);
            } else {
                listener.down(noAnswer());
            }
        });
    }

    /** Time since the attempt began, without the time for which the event loop was delayed. */
    private Duration unansweredFor() {
        return Duration.ofNanos(System.nanoTime() - begunAt - (loop.lateNanos() - lateBefore));
    }

    private Failure noAnswer() {
        return Failure.of(
                Reason.TIMEOUT,
                "no answer to a connection attempt for " + unansweredFor().toMillis() + " ms");
    }

    /**
     * How long an attempt may be unanswered before that is a failure of the server. After a statement timeout, half the time is
     * enough to tell a frozen server from a delayed one.
     */
    private Duration tolerance() {
        return unanswered ? deadlines.answer().dividedBy(2) : deadlines.answer();
    }

    /** Ends all sessions; the future completes when the shared one is closed. */
    public Future<Void> close() {
        closed = true;
        emergency.release();
        if (main == null) {
            return Future.succeededFuture();
        }
        PhysicalConnection last = main;
        main = null;
        last.close();
        return last.gone();
    }

    public boolean ready() {
        return main != null;
    }

    /** Why there is no session; null while there is one, and while an attempt is within its tolerance. */
    public @Nullable Failure trouble() {
        if (main != null) {
            return null;
        }
        if (connecting && begun && unansweredFor().compareTo(tolerance()) >= 0) {
            return noAnswer();
        }
        return trouble;
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

    /** Runs this on the server's event loop, after the work that is queued there. */
    void later(Runnable work) {
        loop.run(work);
    }

    /** Whether a visit may open a connection, with one left to replace the shared session. */
    public boolean hasRoomToVisit() {
        return main != null && stats.budget.ordinaryLeft() > 1;
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
     * Drops a connection that does not answer; if it was the shared one, the next is opened at once. One unanswered statement
     * is not yet a failure of the server: the next attempt decides.
     */
    void abandon(PhysicalConnection physical, Failure failure) {
        if (!physical.closed()) {
            stats.abandoned();
        }
        factory.abandon(physical);
        if (physical == main) {
            main = null;
            emergency.release();
            trouble = null;
            unanswered = true;
            listener.down(failure);
            open();
        }
    }

    private void opened(OpenSession own) {
        if (closed) {
            own.physical().close();
            return;
        }
        retire(main);
        takeOver(own);
    }

    private void takeOver(OpenSession own) {
        backoff.succeeded();
        databases.succeeded();
        trouble = null;
        unanswered = false;
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
        OpenSession replacement = emergency.take();
        if (replacement != null) {
            takeOver(replacement);
            return;
        }
        trouble = Failure.of(Reason.CONNECT, "the server closed the connection");
        listener.down(trouble);
        open();
    }

    private void failed(Failure failure) {
        stats.failed();
        trouble = failure;
        unanswered = false;
        int own = attempt;
        Duration pause = databases.failed(failure) ? Duration.ZERO : backoff.failed(failure);
        if (!closed) {
            pausing = true;
            loop.after(Math.max(1, pause.toMillis()), () -> {
                if (own == attempt) {
                    pausing = false;
                    connect();
                }
            });
            if (main == null) {
                listener.down(failure);
            }
        }
    }

    private static Duration jittered(Duration duration) {
        return Duration.ofMillis(Math.round(
                duration.toMillis() * (0.8 + 0.4 * ThreadLocalRandom.current().nextDouble())));
    }
}
