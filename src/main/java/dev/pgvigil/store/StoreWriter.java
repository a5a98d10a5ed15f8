package dev.pgvigil.store;

import static java.time.temporal.ChronoUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.pgvigil.store.StoreState.Mode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the queues to one store and maintains it. {@link #work} and {@link #maintain} block for a bounded time, each runs on one thread at a
 * time; all else is safe for any thread and returns at once.
 */
final class StoreWriter {

    private static final Logger LOG = Logger.getLogger(StoreWriter.class);

    static final Duration STATEMENT = Duration.ofSeconds(9);
    private static final int BATCH = 2_000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration PRUNING = Duration.ofHours(1);
    /** Rows of a bucket arrive this much after its end, as a rule; later ones set the mark back. */
    private static final Duration SETTLED = Duration.ofSeconds(20);

    private static final int STEPS = 50;

    private static final String NO_PARTITION = "23514";
    private static final String NO_RIGHT = "42501";

    private final StoreSettings settings;
    private final List<RowQueue<?>> queues;
    private final List<String> scripts;
    private final Map<String, Duration> retention;
    private final InstantSource clock;
    private final StoreSessions sessions;
    private final AtomicLong failures = new AtomicLong();

    private volatile Mode mode = Mode.STARTING;
    private volatile @Nullable String problem;
    private volatile @Nullable Instant lastWrite;
    private volatile @Nullable Instant maintained;
    private volatile boolean ready;

    private Duration pause = FIRST_PAUSE;
    private Instant notBefore = Instant.MIN;
    private Instant nextPruning = Instant.MIN;
    /** Migrations of the schema when it was last looked at. */
    private volatile long migrations;

    /** @param retention of the partitioned tables */
    StoreWriter(
            Vertx vertx,
            StoreSettings settings,
            List<? extends StoreTables> tables,
            Map<String, Duration> retention,
            InstantSource clock,
            Duration statement) {
        this.settings = settings;
        this.scripts = tables.stream().flatMap(each -> each.scripts().stream()).toList();
        this.queues = tables.stream()
                .<RowQueue<?>>flatMap(each -> each.queues().stream())
                .toList();
        this.retention = retention;
        this.clock = clock;
        this.sessions = new StoreSessions(vertx, settings, statement);
    }

    StoreState state() {
        return new StoreState(
                mode, problem, queues.stream().map(RowQueue::state).toList(), failures.get(), lastWrite, maintained);
    }

    /** For reading, whatever the schema. */
    StoreSessions sessions() {
        return sessions;
    }

    /** Whether the schema was found to be the one of this pgvigil. */
    boolean ready() {
        return ready;
    }

    /** Does what is due: the schema, the rows. Never throws because of the store. */
    void work() {
        Instant now = clock.instant();
        if (now.isBefore(notBefore)) {
            return;
        }
        try {
            if (!ready && !prepare(now)) {
                later(now, LONGEST_PAUSE);
                return;
            }
            flush();
            pause = FIRST_PAUSE;
        } catch (ExecutionException | TimeoutException | FlywayException e) {
            failed(now, e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes the rows of all queues. What is refused of one queue does not stop the others. */
    private void flush() throws InterruptedException, ExecutionException, TimeoutException {
        ExecutionException refused = null;
        for (RowQueue<?> queue : queues) {
            try {
                drain(queue);
            } catch (ExecutionException e) {
                String state = sqlState(e);
                if (state == null || !(state.startsWith("42") || state.startsWith("23"))) {
                    throw e;
                }
                refused = e;
            }
        }
        if (refused != null) {
            // Tables or rights may have been taken away.
            ready = false;
            throw refused;
        }
    }

    private boolean prepare(Instant now) throws InterruptedException, ExecutionException, TimeoutException {
        Schema schema = new Schema(settings, scripts);
        Schema.State found;
        try {
            found = settings.migrate() ? schema.migrate() : schema.state();
        } catch (FlywayException e) {
            if (NO_RIGHT.equals(sqlState(e))) {
                failures.incrementAndGet();
                refuse(
                        "its role may not create or change the schema pgvigil (42501): it must own the database, or the schema"
                                + " and all that is in it");
                return false;
            }
            throw e;
        }
        switch (found) {
            case Schema.State.Current(var version) -> {
                await(sessions.query("SELECT pgvigil.ensure_partitions($1)", Tuple.of(Rows.utc(now))));
                migrations = migrations();
                LOG.infof("store: schema version %s", version);
                ready = true;
                writing();
            }
            case Schema.State.Older(var version, var pending) ->
                refuse("its schema (version " + version + ") lacks " + pending
                        + " migrations, and store.migrate is false: run pgvigil store migrate");
            case Schema.State.Newer(var version) ->
                refuse("its schema has version " + version
                        + ", which is newer than this pgvigil: nothing is written; update pgvigil");
        }
        return ready;
    }

    private long migrations() throws InterruptedException, ExecutionException, TimeoutException {
        return await(sessions.query("SELECT max(installed_rank)::bigint FROM pgvigil.schema_history", Tuple.tuple()))
                .iterator()
                .next()
                .getLong(0);
    }

    private void refuse(String why) {
        if (mode != Mode.REFUSED) {
            LOG.errorf("store: %s", why);
        }
        mode = Mode.REFUSED;
        problem = why;
    }

    private void writing() {
        mode = Mode.WRITING;
        problem = null;
    }

    private <T> void drain(RowQueue<T> queue) throws InterruptedException, ExecutionException, TimeoutException {
        rejectExpired(queue);
        int size = BATCH;
        boolean made = false;
        RowQueue.Batch<T> batch = queue.oldest(size);
        while (!batch.rows().isEmpty()) {
            List<T> rows = batch.rows();
            try {
                int inserted = await(sessions.transaction(session -> queue.insert(session, rows)));
                made = false;
                lastWrite = clock.instant();
                writing();
                queue.written(batch, inserted);
            } catch (ExecutionException e) {
                String state = sqlState(e);
                if (NO_PARTITION.equals(state) && !made && retention.containsKey(queue.table())) {
                    partitions(queue.table(), rows.stream().map(queue::time));
                    made = true;
                } else if (state != null && state.startsWith("22") && rows.size() > 1) {
                    size = Math.max(1, rows.size() / 2);
                } else if (state != null && state.startsWith("22")) {
                    LOG.errorf("store: a row is refused as data (%s) and left out", state);
                    queue.rejected(batch);
                    size = BATCH;
                } else {
                    throw e;
                }
            }
            batch = queue.oldest(size);
        }
    }

    /** Rows whose retention is over: nothing can be made of them any more. */
    private <T> void rejectExpired(RowQueue<T> queue) {
        Duration keep = retention.get(queue.table());
        if (keep == null) {
            return;
        }
        Instant before = clock.instant().minus(keep);
        RowQueue.Batch<T> batch = queue.oldest(BATCH);
        while (!batch.rows().isEmpty() && queue.time(batch.rows().getLast()).isBefore(before)) {
            queue.rejected(batch);
            batch = queue.oldest(BATCH);
        }
    }

    private void partitions(String table, Stream<Instant> times)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (Instant day : times.map(at -> at.truncatedTo(DAYS)).distinct().toList()) {
            await(sessions.query("SELECT pgvigil.ensure_partition($1, $2)", Tuple.of(table, Rows.utc(day))));
        }
    }

    /** Partitions, downsampling and retention, unless another instance is at it. Never throws because of the store. */
    void maintain() {
        if (!ready) {
            return;
        }
        try {
            maintain(clock.instant());
        } catch (ExecutionException | TimeoutException e) {
            failures.incrementAndGet();
            LOG.warnf("store: not maintained: %s", message(e.getCause() == null ? e : e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void maintain(Instant now) throws InterruptedException, ExecutionException, TimeoutException {
        if (migrations() != migrations) {
            // Another pgvigil has changed the schema.
            ready = false;
            return;
        }
        await(sessions.query("SELECT pgvigil.ensure_partitions($1)", Tuple.of(Rows.utc(now))));
        for (Level level : Level.MADE) {
            boolean more = true;
            for (int i = 0; more && i < STEPS; i++) {
                more = rollUp(level, now.minus(SETTLED));
            }
        }
        if (!now.isBefore(nextPruning)) {
            for (Map.Entry<String, Duration> table : retention.entrySet()) {
                await(sessions.query(
                        "SELECT pgvigil.prune($1, $2)",
                        Tuple.of(table.getKey(), Rows.utc(now.minus(table.getValue())))));
            }
            nextPruning = now.plus(PRUNING);
        }
        maintained = now;
    }

    private boolean rollUp(Level level, Instant upto)
            throws InterruptedException, ExecutionException, TimeoutException {
        return await(sessions.transaction(session -> session.query("SELECT pg_try_advisory_xact_lock(7220122) AS mine")
                .execute()
                .compose(lock -> lock.iterator().next().getBoolean("mine")
                        ? session.preparedQuery("SELECT pgvigil.roll_up($1, $2, '10 min') AS more")
                                .execute(Tuple.of(level.table, Rows.utc(upto)))
                                .map(done -> done.iterator().next().getBoolean("more"))
                        : Future.succeededFuture(false))));
    }

    private void failed(Instant now, Throwable failure) {
        failures.incrementAndGet();
        String message = message(failure);
        if (problem == null) {
            LOG.warnf("store: rows wait in memory: %s", message);
        }
        problem = message;
        mode = NO_RIGHT.equals(sqlState(failure))
                ? Mode.REFUSED
                : lastWrite == null && mode == Mode.STARTING ? Mode.STARTING : Mode.AWAY;
        later(now, pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("no answer");
    }

    private void later(Instant now, Duration after) {
        notBefore = now.plus(after);
    }

    /** The SQLSTATE that a failure rests on, of either driver. */
    private static @Nullable String sqlState(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            String state = cause instanceof SQLException sql ? sql.getSQLState() : StoreSessions.sqlState(cause);
            if (state != null) {
                return state;
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static <T> T await(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        // The deadline of the sessions comes first.
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(STATEMENT.plusSeconds(5).toMillis(), MILLISECONDS);
    }

    void close() {
        sessions.close();
    }
}
