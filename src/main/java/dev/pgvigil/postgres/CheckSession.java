package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The session of one run of a check: times every statement on both sides and reports a connection that does not answer. */
final class CheckSession implements Session {

    /** How long rows are mapped before the event loop runs other work. */
    private static final Duration SLICE = Duration.ofMillis(1);

    private static final int ROWS_BETWEEN_CLOCKS = 16;

    private final ServerConnection connection;
    private final PhysicalConnection physical;
    private final ServerFacts facts;
    private final Duration answerTimeout;
    private final Spans spans;
    private final Spans.Pass pass;
    private final Map<String, Uni<?>> shared;
    private final CheckMemory memory;
    private final boolean urgent;

    /** @param urgent whether its statements are sent at once, not queued behind those of other checks */
    CheckSession(
            ServerConnection connection,
            PhysicalConnection physical,
            ServerFacts facts,
            Duration answerTimeout,
            Spans spans,
            Spans.Pass pass,
            Map<String, Uni<?>> shared,
            CheckMemory memory,
            boolean urgent) {
        this.connection = connection;
        this.physical = physical;
        this.facts = facts;
        this.answerTimeout = answerTimeout;
        this.spans = spans;
        this.pass = pass;
        this.shared = shared;
        this.memory = memory;
        this.urgent = urgent;
    }

    @Override
    public <T> Uni<List<T>> rows(String sql, Function<Row, T> mapping) {
        return spans.statement(
                pass,
                sql,
                Uni.createFrom().completionStage(() -> query(sql, mapping).toCompletionStage()));
    }

    @Override
    public <T> Uni<T> row(String sql, Function<Row, T> mapping) {
        return rows(sql, mapping).map(List::getFirst);
    }

    @Override
    @SuppressWarnings("unchecked") // under a key stands what its one question gave
    public <T> Uni<T> once(String key, Supplier<Uni<T>> question) {
        return (Uni<T>)
                shared.computeIfAbsent(key, first -> question.get().memoize().indefinitely());
    }

    @Override
    public <M> M memory(Function<MemoryBudget, M> first) {
        return memory.get(first);
    }

    @Override
    public <T> Uni<T> compute(Callable<T> work) {
        return Uni.createFrom().completionStage(() -> connection.compute(work).toCompletionStage());
    }

    @Override
    public boolean hasPooler() {
        return connection.poolerConsole() != null;
    }

    @Override
    public @Nullable HostEndpoint host() {
        return connection.host();
    }

    @Override
    public <T> Uni<T> pooler(Function<Console, Uni<T>> work) {
        PoolerConsole console = connection.poolerConsole();
        return console == null
                ? Uni.createFrom().failure(new FailureException(Failure.of(Reason.LOCAL, "no pooler is configured")))
                : console.ask(work);
    }

    @Override
    public <T> Uni<T> writing(Function<Session, Uni<T>> work) {
        return connection
                .writing(physical.database())
                .flatMap(own ->
                        work.apply(own.session(pass, memory)).onTermination().invoke(own::close));
    }

    @Override
    public String database() {
        return physical.database();
    }

    @Override
    public ServerFacts facts() {
        return facts;
    }

    @Override
    public ConnectionState connectionState() {
        return connection.state();
    }

    private <T> Future<List<T>> query(String sql, Function<Row, T> mapping) {
        Supplier<Future<List<T>>> work = () -> send(sql, mapping);
        return urgent ? work.get() : physical.queue().submit(work);
    }

    private <T> Future<List<T>> send(String sql, Function<Row, T> mapping) {
        long start = System.nanoTime();
        Future<RowSet<Row>> answer = physical.timed(sql);
        answer.onComplete(end -> answered(end, start));
        Future<RowSet<Row>> inTime = connection.within(answerTimeout, answer);
        inTime.onFailure(thrown -> {
            if (thrown instanceof TimeoutException) {
                connection.unanswered(physical);
            }
        });
        // What is urgent waits on: the connection decides when the server counts as not answering.
        return (urgent ? answer : inTime)
                .recover(thrown -> Future.failedFuture(failure(thrown)))
                // After recover(): an exception of the mapping is a defect of the check, not a failure of the server.
                .compose(rows -> mapped(rows, mapping));
    }

    /** Called for late answers too. */
    private void answered(AsyncResult<RowSet<Row>> end, long start) {
        if (end.succeeded()) {
            connection.spent(serverNanos(end.result()));
        } else if (end.cause() instanceof PgException) {
            connection.spent(System.nanoTime() - start);
        } else {
            return;
        }
        connection.answered(physical);
    }

    private FailureException failure(Throwable thrown) {
        FailureException end = physical.end();
        if (thrown instanceof TimeoutException) {
            return new FailureException(
                    Failure.of(Reason.TIMEOUT, "no answer within " + answerTimeout.toMillis() + " ms"));
        }
        return end == null || thrown instanceof PgException ? new FailureException(FailureClassifier.of(thrown)) : end;
    }

    private static long serverNanos(RowSet<Row> rows) {
        return rows.next().iterator().next().getLong(0) * 1000;
    }

    /** Maps in slices, so that a large answer does not block the event loop, which other servers share. */
    private <T> Future<List<T>> mapped(RowSet<Row> rows, Function<Row, T> mapping) {
        List<T> mapped = new ArrayList<>(rows.size());
        Iterator<Row> remaining = rows.iterator();
        if (slice(remaining, mapping, mapped)) {
            return Future.succeededFuture(mapped);
        }
        Promise<List<T>> promise = Promise.promise();
        continueLater(remaining, mapping, mapped, promise);
        return promise.future();
    }

    private <T> void continueLater(
            Iterator<Row> remaining, Function<Row, T> mapping, List<T> mapped, Promise<List<T>> promise) {
        connection.later(() -> {
            try {
                if (slice(remaining, mapping, mapped)) {
                    promise.complete(mapped);
                } else {
                    continueLater(remaining, mapping, mapped, promise);
                }
            } catch (RuntimeException defect) {
                promise.fail(defect);
            }
        });
    }

    /** Maps rows until the slice's time is up; returns whether those were the last. */
    private static <T> boolean slice(Iterator<Row> remaining, Function<Row, T> mapping, List<T> mapped) {
        long end = System.nanoTime() + SLICE.toNanos();
        for (int row = 1; remaining.hasNext(); row++) {
            mapped.add(mapping.apply(remaining.next()));
            if (row % ROWS_BETWEEN_CLOCKS == 0 && System.nanoTime() - end > 0) {
                return !remaining.hasNext();
            }
        }
        return true;
    }
}
