package dev.pgvigil.check;

import dev.pgvigil.postgres.CheckMemory;
import dev.pgvigil.postgres.Connections;
import dev.pgvigil.postgres.Deadlines;
import dev.pgvigil.postgres.EventLoop;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.FailureException;
import dev.pgvigil.postgres.MemoryBudget;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.testing.PgServer;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A session as the monitor opens it, with its deadlines, but without the monitor. */
public final class Collecting implements AutoCloseable, ServerConnection.Listener {

    private static final long PATIENCE_SECONDS = 20;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Shared by all tests; ends with the JVM. */
    private static final Vertx VERTX = Vertx.vertx();

    private final EventLoop loop = EventLoop.next(VERTX);
    private final CompletableFuture<ServerFacts> ready = new CompletableFuture<>();
    private final MemoryBudget budget = new MemoryBudget(1 << 20);

    /** By check; the empty name is for work that is no check's. */
    private final Map<String, CheckMemory> memories = new ConcurrentHashMap<>();

    private final ServerConnection connection;

    /** As the dedicated session of slow statements. */
    private static final Deadlines SLOW = new Deadlines(
            Deadlines.STANDARD.connect(),
            Deadlines.STANDARD.lock(),
            Deadlines.STANDARD.slowStatement(),
            Deadlines.STANDARD.slowStatement().plus(Deadlines.STANDARD.answer()),
            Deadlines.STANDARD.slowStatement(),
            Deadlines.STANDARD.rotateAfter(),
            Deadlines.STANDARD.idle());

    private Collecting(Server server, String database) {
        this(server, database, Deadlines.STANDARD);
    }

    private Collecting(Server server, String database, Deadlines deadlines) {
        connection = new ServerConnection(
                Connections.connector(VERTX), server, deadlines, loop, new Spans(OpenTelemetry.noop()), this);
        loop.run(() -> {
            connection.databases(List.of(database));
            connection.open();
        });
    }

    /** A session of the role with only the published grants. */
    public static Collecting of(PgServer server, String database) {
        return of(server.server(), database);
    }

    public static Collecting of(Server server, String database) {
        Collecting asking = new Collecting(server, database);
        within(asking.ready);
        return asking;
    }

    /** A session with the deadlines of slow statements. */
    public static Collecting slow(PgServer server, String database) {
        Collecting asking = new Collecting(server.server(), database, SLOW);
        within(asking.ready);
        return asking;
    }

    /** The failure to open a session. */
    public static Failure refused(Server server, String database) {
        try (Collecting asking = new Collecting(server, database)) {
            within(asking.ready);
            throw new AssertionError("the session to " + database + " opens");
        } catch (CompletionException e) {
            if (e.getCause() instanceof FailureException known) {
                return known.failure();
            }
            throw e;
        }
    }

    /** The observation of one run of the check. */
    public <O> O collect(Check<O> check) {
        return ask(check.name(), check::collect);
    }

    /** The result of the work in one run. */
    public <T> T ask(Function<Session, Uni<T>> work) {
        return ask("", work);
    }

    private <T> T ask(String check, Function<Session, Uni<T>> work) {
        CheckMemory memory = memories.computeIfAbsent(check, name -> new CheckMemory(budget));
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.run(() -> {
            try {
                work.apply(connection.session(Spans.Pass.NONE, new HashMap<>(), memory, false))
                        .subscribe()
                        .with(answer::complete, answer::completeExceptionally);
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return within(answer);
    }

    /**
     * The longest time, in milliseconds of CPU, for which the event loop of the session did not turn to other work while this
     * ran.
     */
    public double longestHold(Runnable work) {
        AtomicLong longest = new AtomicLong();
        AtomicBoolean ended = new AtomicBoolean();
        loop.run(() -> turn(THREADS.getCurrentThreadCpuTime(), longest, ended));
        work.run();
        ended.set(true);
        return longest.get() / 1e6;
    }

    private void turn(long before, AtomicLong longest, AtomicBoolean ended) {
        long now = THREADS.getCurrentThreadCpuTime();
        longest.accumulateAndGet(now - before, Math::max);
        if (!ended.get()) {
            loop.after(1, () -> turn(now, longest, ended));
        }
    }

    /** Runs statements and the work in one transaction, and returns the work's result. */
    public <T> T inTransaction(Function<Session, Uni<T>> work) {
        return ask(session -> session.rows("begin", row -> row)
                .flatMap(begun -> work.apply(session))
                .onTermination()
                .call(() -> session.rows("rollback", row -> row)));
    }

    @Override
    public void ready(ServerFacts facts) {
        ready.complete(facts);
    }

    @Override
    public void down(Failure failure) {
        ready.completeExceptionally(new FailureException(failure));
    }

    @Override
    public void close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.run(() -> {
            connection.close();
            closed.complete(null);
        });
        within(closed);
    }

    private static <T> T within(CompletableFuture<T> future) {
        return future.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
}
