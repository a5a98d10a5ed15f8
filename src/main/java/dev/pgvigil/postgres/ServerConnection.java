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
 * Keeps one session to a server: connects, reconnects with backoff, rotates it when it is old, and drops it without
 * waiting when the server no longer answers. Lives on one event loop; every method is called there.
 */
public final class ServerConnection {

    /** Hears what becomes of the session. */
    public interface Listener {

        /** There is a session, and what it found. */
        void ready(ServerFacts facts);

        /** There is none: it was lost, or an attempt to open one failed. */
        void down(Failure failure);
    }

    private final Connector connector;
    private final EventLoop loop;
    private final Spans spans;
    private final Listener listener;
    private final ConnectionStats account = new ConnectionStats();
    private final Backoff backoff = new Backoff(ThreadLocalRandom.current());
    private final ConnectDatabases entrances = new ConnectDatabases();
    private final EmergencyConnection spare;

    private Deadlines deadlines;
    private SessionFactory opener;
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
        this.opener = new SessionFactory(connector, server, deadlines, loop, account);
        this.spare = new EmergencyConnection(loop, () -> opener.spare(entrances.current()), entrances::include);
    }

    /** The databases through which the server may be entered, in order of preference. */
    public void databases(List<String> names) {
        entrances.are(names);
        leaveStranger();
        spare.leaveUnwatched();
    }

    /** A session in a database that is watched no more would keep its owner from renaming or dropping it. */
    private void leaveStranger() {
        if (main != null && !entrances.include(main.database())) {
            connect();
        }
    }

    /**
     * From now on by these credentials and deadlines; {@link #open} begins anew with them. What was asked before may still be
     * answered.
     */
    public void reach(Server server, Deadlines anew) {
        retire(main);
        spare.release();
        main = null;
        trouble = null;
        attempt++;
        connecting = false;
        pausing = false;
        unanswered = false;
        backoff.succeeded();
        deadlines = anew;
        opener = new SessionFactory(connector, server, anew, loop, account);
    }

    /** Starts to connect, if there is no session and no attempt under way. */
    public void open() {
        if (main == null) {
            connect();
        }
    }

    /** Connects, also beside a session that is to be replaced. */
    private void connect() {
        if (closed || connecting || pausing) {
            return;
        }
        connecting = true;
        begun = false;
        int own = ++attempt;
        boolean incident = trouble != null || unanswered;
        opener.shared(entrances.current(), backoff.patience(), incident, () -> begun(own))
                .onComplete(end -> {
                    if (own != attempt) {
                        if (end.succeeded()) {
                            end.result().wire().close();
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

    /** Only now does the server have a part in it; until here the attempt waited for its turn in the fleet. */
    private void begun(int own) {
        if (own == attempt) {
            begun = true;
            begunAt = System.nanoTime();
            lateBefore = loop.lateNanos();
            watchSilence(own, tolerance());
        }
    }

    private void watchSilence(int own, Duration left) {
        loop.after(left.toMillis() + 1, () -> {
            if (own != attempt || !connecting || closed) {
                return;
            }
            Duration more = tolerance().minus(unansweredFor());
            if (more.isPositive()) {
                watchSilence(own, more);
            } else {
                listener.down(silence());
            }
        });
    }

    /** Since the attempt began, without the time for which pgvigil itself was held up. */
    private Duration unansweredFor() {
        return Duration.ofNanos(System.nanoTime() - begunAt - (loop.lateNanos() - lateBefore));
    }

    private Failure silence() {
        return Failure.of(
                Reason.TIMEOUT,
                "no answer to a connection attempt for " + unansweredFor().toMillis() + " ms");
    }

    /**
     * How long an attempt may go unanswered before that counts against the server. After an answer that never came, an
     * attempt is the second question, and half the time is enough to tell a frozen server from one that was held up.
     */
    private Duration tolerance() {
        return unanswered ? deadlines.answer().dividedBy(2) : deadlines.answer();
    }

    /** Ends all sessions; the future ends when the shared one is gone. */
    public Future<Void> close() {
        closed = true;
        spare.release();
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

    /** Why there is no session; null while there is one, and while an attempt may still bring one before anybody minds. */
    public @Nullable Failure trouble() {
        if (main != null) {
            return null;
        }
        if (connecting && begun && unansweredFor().compareTo(tolerance()) >= 0) {
            return silence();
        }
        return trouble;
    }

    /**
     * The shared session, for one pass; only while {@link #ready}.
     *
     * @param asked what the passes of one moment share, see {@link Session#once}
     * @param memory what the check keeps between its passes
     * @param urgent whether it goes before the statements of other passes
     */
    public Session session(Spans.Pass pass, Map<String, Uni<?>> asked, CheckMemory memory, boolean urgent) {
        if (main == null || facts == null) {
            throw new FailureException(Failure.of(Reason.CONNECT, "no session"));
        }
        if (main.age() > rotateAfter) {
            connect();
        }
        return new CheckSession(this, main, facts, deadlines.answer(), spans, pass, asked, memory, urgent);
    }

    /** The database of the shared session. */
    public String database() {
        return main == null ? entrances.current() : main.database();
    }

    /** Opens a session of its own to a database, with the deadlines of slow statements. Whoever opens it closes it. */
    public Uni<DatabaseSession> visit(String database) {
        return Uni.createFrom()
                .completionStage(() -> opener.own(database).toCompletionStage())
                .map(own -> new DatabaseSession(this, own, deadlines.slowAnswer(), spans));
    }

    /** Runs this on the server's event loop, after what is waiting there. */
    void later(Runnable work) {
        loop.run(work);
    }

    /** Whether a visit may open a connection, with one left for the shared session to be replaced. */
    public boolean hasRoomToVisit() {
        return main != null && account.budget.ordinaryLeft() > 1;
    }

    /** Asks anew what the server is and what we may do there; the listener hears it. */
    public void relearn() {
        if (main != null) {
            opener.learn(main).onSuccess(own -> {
                if (own.wire() == main) {
                    facts = own.facts();
                    listener.ready(own.facts());
                }
            });
        }
    }

    /**
     * Whether to hold one more session, opened from the emergency budget while the server is running out of slots. To be said
     * again and again: what that takes, an attempt or a question, is done now and then.
     */
    public void holdSpare(boolean wanted) {
        if (wanted && main != null && !closed) {
            spare.hold(deadlines);
        } else if (!wanted) {
            spare.release();
        }
    }

    /** How much the cadences are stretched, for {@link #state}. */
    public void stretched(double factor) {
        account.stretched(factor);
    }

    public ConnectionState state() {
        return account.state();
    }

    <T> Future<T> within(Duration time, Future<T> answer) {
        return loop.within(time, answer);
    }

    void spent(long nanos) {
        account.spent(nanos);
    }

    /**
     * Drops a connection that does not answer; if it was the shared one, the next is opened at once. That one question is no
     * trouble yet: whether the server answers the next tells.
     */
    void abandon(PhysicalConnection wire, Failure failure) {
        if (!wire.closed()) {
            account.abandoned();
        }
        opener.abandon(wire);
        if (wire == main) {
            main = null;
            spare.release();
            trouble = null;
            unanswered = true;
            listener.down(failure);
            open();
        }
    }

    private void opened(OpenSession own) {
        if (closed) {
            own.wire().close();
            return;
        }
        retire(main);
        takeOver(own);
    }

    private void takeOver(OpenSession own) {
        backoff.succeeded();
        entrances.succeeded();
        trouble = null;
        unanswered = false;
        main = own.wire();
        facts = own.facts();
        rotateAfter = jittered(deadlines.rotateAfter()).toNanos();
        own.wire().onLost(() -> lost(own));
        leaveStranger();
        listener.ready(own.facts());
    }

    /** An old session may still have an answer under way. */
    private void retire(@Nullable PhysicalConnection old) {
        if (old != null) {
            loop.after(deadlines.answer().toMillis(), () -> old.close());
        }
    }

    private void lost(OpenSession own) {
        if (own.wire() != main || closed) {
            return;
        }
        main = null;
        OpenSession standIn = spare.take();
        if (standIn != null) {
            takeOver(standIn);
            return;
        }
        trouble = Failure.of(Reason.CONNECT, "the server closed the connection");
        listener.down(trouble);
        open();
    }

    private void failed(Failure failure) {
        account.failed();
        trouble = failure;
        unanswered = false;
        int own = attempt;
        Duration pause = entrances.failed(failure) ? Duration.ZERO : backoff.failed(failure);
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
