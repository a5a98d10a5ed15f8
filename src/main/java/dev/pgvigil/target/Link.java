package dev.pgvigil.target;

import dev.pgvigil.target.Failure.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one session to a server: connects, reconnects with backoff, rotates it when it is old, and drops it without
 * waiting when the server no longer answers. Lives on one event loop; every method is called there.
 */
public final class Link {

    /** Hears what becomes of the session. */
    public interface Listener {

        /** There is a session, and what it found. */
        void ready(ServerFacts facts);

        /** There is none: it was lost, or an attempt to open one failed. */
        void down(Failure failure);
    }

    private final Connector connector;
    private final Server server;
    private final Deadlines deadlines;
    private final ContextInternal loop;
    private final Spans spans;
    private final Listener listener;
    private final Budget budget = new Budget();
    private final CostMeter cost = new CostMeter();
    private final Backoff backoff = new Backoff(ThreadLocalRandom.current());
    private final Entrances entrances = new Entrances();
    private final Spare spare;

    private @Nullable Wire main;
    private @Nullable ServerFacts facts;
    private @Nullable Failure trouble;
    private boolean connecting;
    private boolean closed;
    private long connectingSince;
    private long rotateAfter;
    private long connects;
    private long failures;
    private long abandoned;
    private double stretch = 1;

    public Link(
            Connector connector,
            Server server,
            Deadlines deadlines,
            ContextInternal loop,
            Spans spans,
            Listener listener) {
        this.connector = connector;
        this.server = server;
        this.deadlines = deadlines;
        this.loop = loop;
        this.spans = spans;
        this.listener = listener;
        this.spare = new Spare(this::openSpare);
    }

    /** The databases through which the server may be entered, in order of preference. */
    public void databases(List<String> names) {
        entrances.are(names);
    }

    /** Starts to connect, if there is no session and no attempt under way. */
    public void open() {
        if (closed || connecting) {
            return;
        }
        Budget.Permit permit = mainPermit();
        if (permit == null) {
            failed(Failure.of(Reason.LOCAL, "all " + budget.open() + " connections to this server are in use"));
            return;
        }
        connecting = true;
        connectingSince = System.nanoTime();
        connect(entrances.current(), deadlines.statement(), backoff.patience(), permit)
                .onComplete(end -> {
                    connecting = false;
                    if (end.succeeded()) {
                        opened(end.result());
                    } else {
                        failed(Failures.of(end.cause()));
                    }
                });
    }

    /** Ends all sessions. */
    public void close() {
        closed = true;
        spare.release();
        if (main != null) {
            main.close();
            main = null;
        }
    }

    public boolean ready() {
        return main != null;
    }

    /** Why there is no session; null while there is one, and while the first attempt may still succeed. */
    public @Nullable Failure trouble() {
        if (main != null) {
            return null;
        }
        long waited = System.nanoTime() - connectingSince;
        if (connecting && waited >= deadlines.answer().toNanos()) {
            return Failure.of(
                    Reason.TIMEOUT,
                    "no answer to a connection attempt for " + TimeUnit.NANOSECONDS.toMillis(waited) + " ms");
        }
        return trouble;
    }

    /**
     * The shared session, for one pass; only while {@link #ready}.
     *
     * @param asked what the passes of one moment share, see {@link Session#once}
     */
    public Session session(Spans.Pass pass, Map<String, Uni<?>> asked) {
        if (main == null || facts == null) {
            throw new FailureException(Failure.of(Reason.CONNECT, "no session"));
        }
        if (main.age() > rotateAfter) {
            open();
        }
        return new PassSession(this, main, facts, deadlines.answer(), spans, pass, asked);
    }

    /** The database of the shared session. */
    public String database() {
        return main == null ? entrances.current() : main.database();
    }

    /** Work on a session of its own, to one database and with more time, that ends with the work. */
    public <T> Uni<T> apart(String database, Spans.Pass pass, Function<Session, Uni<T>> work) {
        return Uni.createFrom()
                .completionStage(() -> borrow(database).toCompletionStage())
                .flatMap(own -> work.apply(new PassSession(
                                this, own.wire(), own.facts(), deadlines.slowAnswer(), spans, pass, new HashMap<>()))
                        .onTermination()
                        .invoke(own.wire()::close));
    }

    /** Asks anew what the server is and what we may do there; the listener hears it. */
    public void relearn() {
        if (main != null) {
            learn(main).onSuccess(own -> {
                if (own.wire() == main) {
                    facts = own.facts();
                    listener.ready(own.facts());
                }
            });
        }
    }

    /** Whether to hold one more session, opened from the emergency budget while the server is running out of slots. */
    public void holdSpare(boolean wanted) {
        if (wanted && main != null && !closed) {
            spare.hold();
        } else if (!wanted) {
            spare.release();
        }
    }

    /** How much the cadences are stretched, for {@link #state}. */
    public void stretched(double factor) {
        stretch = factor;
    }

    public LinkState state() {
        return new LinkState(
                budget.open(),
                budget.emergency(),
                connects,
                failures,
                abandoned,
                cost.ratio(System.nanoTime()),
                cost.seconds(),
                cost.statements(),
                stretch);
    }

    void spent(long nanos) {
        cost.add(nanos, System.nanoTime());
    }

    /** Drops a connection that does not answer; if it was the shared one, the next is opened at once. */
    void abandon(Wire wire, Failure failure) {
        abandoned++;
        wire.drop();
        if (wire == main) {
            main = null;
            spare.release();
            trouble = failure;
            listener.down(failure);
            open();
        }
    }

    private Future<Opened> connect(String database, Duration statement, Duration patience, Budget.Permit permit) {
        return connector
                .open(loop, new Connector.Attempt(server, database, deadlines, statement, patience, permit))
                .compose(wire -> learn(wire).onFailure(unlearned -> wire.drop()));
    }

    private Future<Opened> learn(Wire wire) {
        return wire.query(FactsQuery.SQL)
                .timeout(deadlines.answer().toMillis(), TimeUnit.MILLISECONDS)
                .map(rows -> {
                    Row row = rows.iterator().next();
                    spent(FactsQuery.serverNanos(row));
                    return new Opened(wire, FactsQuery.read(row));
                });
    }

    private Future<Opened> borrow(String database) {
        Budget.Permit permit = budget.take(false);
        if (permit == null) {
            return Future.failedFuture(new FailureException(
                    Failure.of(Reason.LOCAL, "all " + Budget.ORDINARY + " connections to this server are in use")));
        }
        return connect(database, deadlines.slowStatement(), deadlines.answer(), permit)
                .onSuccess(own -> connects++);
    }

    private Budget.@Nullable Permit mainPermit() {
        Budget.Permit permit = budget.take(false);
        return permit == null && trouble != null ? budget.take(true) : permit;
    }

    private void opened(Opened own) {
        if (closed) {
            own.wire().close();
            return;
        }
        connects++;
        retire(main);
        takeOver(own);
    }

    private void takeOver(Opened own) {
        backoff.succeeded();
        entrances.succeeded();
        trouble = null;
        main = own.wire();
        facts = own.facts();
        rotateAfter = jittered(deadlines.rotateAfter()).toNanos();
        own.wire().onLost(() -> lost(own));
        listener.ready(own.facts());
    }

    /** An old session may still have an answer under way. */
    private void retire(@Nullable Wire old) {
        if (old != null) {
            loop.setTimer(deadlines.answer().toMillis(), idle -> old.close());
        }
    }

    private void lost(Opened own) {
        if (own.wire() != main || closed) {
            return;
        }
        main = null;
        Opened standIn = spare.take();
        if (standIn != null) {
            takeOver(standIn);
            return;
        }
        trouble = Failure.of(Reason.CONNECT, "the server closed the connection");
        listener.down(trouble);
        open();
    }

    private void failed(Failure failure) {
        failures++;
        trouble = failure;
        Duration pause = entrances.failed(failure) ? Duration.ZERO : backoff.failed(failure);
        if (!closed) {
            loop.setTimer(Math.max(1, pause.toMillis()), next -> open());
            if (main == null) {
                listener.down(failure);
            }
        }
    }

    private void openSpare(Spare.Opening opening) {
        Budget.Permit permit = budget.take(true);
        if (permit == null) {
            opening.failed();
            return;
        }
        connect(entrances.current(), deadlines.statement(), deadlines.answer(), permit)
                .onSuccess(own -> {
                    connects++;
                    opening.opened(own);
                })
                .onFailure(refused -> opening.failed());
    }

    private static Duration jittered(Duration duration) {
        return Duration.ofMillis(Math.round(
                duration.toMillis() * (0.8 + 0.4 * ThreadLocalRandom.current().nextDouble())));
    }
}
