package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.smallrye.mutiny.Uni;
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
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** The session of one pass: times every statement on both sides and gives up on a connection that does not answer. */
final class CheckSession implements Session {

    /** How long rows are mapped before the event loop is given back. */
    private static final Duration SLICE = Duration.ofMillis(1);

    private static final int ROWS_BETWEEN_CLOCKS = 16;

    private final ServerConnection link;
    private final PhysicalConnection wire;
    private final ServerFacts facts;
    private final Duration answer;
    private final Spans spans;
    private final Spans.Pass pass;
    private final Map<String, Uni<?>> asked;
    private final CheckMemory memory;
    private final boolean urgent;

    /** @param urgent whether its statements go at once, and not in turn with those of other passes */
    CheckSession(
            ServerConnection link,
            PhysicalConnection wire,
            ServerFacts facts,
            Duration answer,
            Spans spans,
            Spans.Pass pass,
            Map<String, Uni<?>> asked,
            CheckMemory memory,
            boolean urgent) {
        this.link = link;
        this.wire = wire;
        this.facts = facts;
        this.answer = answer;
        this.spans = spans;
        this.pass = pass;
        this.asked = asked;
        this.memory = memory;
        this.urgent = urgent;
    }

    @Override
    public <T> Uni<List<T>> rows(String sql, Function<Row, T> mapping) {
        return spans.statement(
                pass,
                sql,
                Uni.createFrom().completionStage(() -> ask(sql, mapping).toCompletionStage()));
    }

    @Override
    public <T> Uni<T> row(String sql, Function<Row, T> mapping) {
        return rows(sql, mapping).map(List::getFirst);
    }

    @Override
    @SuppressWarnings("unchecked") // under a key stands what its one question gave
    public <T> Uni<T> once(String key, Supplier<Uni<T>> question) {
        return (Uni<T>)
                asked.computeIfAbsent(key, first -> question.get().memoize().indefinitely());
    }

    @Override
    public <M> M memory(Function<MemoryBudget, M> first) {
        return memory.get(first);
    }

    @Override
    public String database() {
        return wire.database();
    }

    @Override
    public ServerFacts facts() {
        return facts;
    }

    @Override
    public ConnectionState link() {
        return link.state();
    }

    private <T> Future<List<T>> ask(String sql, Function<Row, T> mapping) {
        Supplier<Future<List<T>>> work = () -> send(sql, mapping);
        return urgent ? work.get() : wire.turns().take(work);
    }

    private <T> Future<List<T>> send(String sql, Function<Row, T> mapping) {
        long start = System.nanoTime();
        return link.within(answer, wire.timed(sql))
                .recover(thrown -> Future.failedFuture(new FailureException(failure(thrown, start))))
                // Behind that, for what a mapping throws is no failure of the server, but a defect of the check.
                .compose(rows -> {
                    link.spent(serverNanos(rows));
                    return mapped(rows, mapping);
                });
    }

    private Failure failure(Throwable thrown, long start) {
        if (thrown instanceof TimeoutException) {
            // What a statement cost that was never answered, nobody knows; it ends on the server by its own deadline.
            Failure mute = Failure.of(Reason.TIMEOUT, "no answer within " + answer.toMillis() + " ms");
            link.abandon(wire, mute);
            return mute;
        }
        if (thrown instanceof PgException) {
            link.spent(System.nanoTime() - start);
        }
        return FailureClassifier.of(thrown);
    }

    private static long serverNanos(RowSet<Row> rows) {
        return rows.next().iterator().next().getLong(0) * 1000;
    }

    /** Maps in slices, so that a big answer does not hold the event loop that other servers are waiting for. */
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
        link.later(() -> {
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

    /** Maps rows until the slice's time is up; whether those were the last. */
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
