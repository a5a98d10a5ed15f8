package dev.pgvigil.store;

import static java.time.temporal.ChronoUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.pgvigil.store.StoreState.Mode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the buffered rows to one store and maintains it. {@link #work} blocks for a bounded time and runs on one thread; all else is
 * safe for any thread and returns at once.
 */
final class StoreWriter {

    private static final Logger LOG = Logger.getLogger(StoreWriter.class);

    static final Duration STATEMENT = Duration.ofSeconds(9);
    private static final String AUDIT = "health_monitoring_audit";
    private static final int BATCH = 2_000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration MAINTENANCE = Duration.ofMinutes(1);
    private static final Duration PRUNING = Duration.ofHours(1);
    /** Rows of a bucket arrive this much after its end, as a rule; later ones set the mark back. */
    private static final Duration SETTLED = Duration.ofSeconds(20);

    private static final int STEPS = 50;

    private final StoreSettings settings;
    private final Schema schema;
    private final InstantSource clock;
    final StorePool pool;
    final RowBuffer<Sample> samples;
    final RowBuffer<AuditRow> audit;

    private volatile Mode mode = Mode.STARTING;
    private volatile @Nullable String problem;
    private volatile long written;
    private volatile long auditWritten;
    private volatile long rejected;
    private volatile long failures;
    private volatile @Nullable Instant lastWrite;
    private volatile @Nullable Instant maintained;

    private boolean ready;
    private Duration pause = FIRST_PAUSE;
    private Instant notBefore = Instant.MIN;
    private Instant nextMaintenance = Instant.MIN;
    private Instant nextPruning = Instant.MIN;

    StoreWriter(Vertx vertx, StoreSettings settings, InstantSource clock) {
        this(vertx, settings, clock, STATEMENT);
    }

    StoreWriter(Vertx vertx, StoreSettings settings, InstantSource clock, Duration statement) {
        this.settings = settings;
        this.clock = clock;
        this.schema = new Schema(settings);
        this.pool = new StorePool(vertx, settings, statement);
        this.samples = new RowBuffer<>(settings.bufferRows());
        this.audit = new RowBuffer<>(settings.bufferAuditRows());
    }

    StoreState state() {
        return new StoreState(
                mode,
                problem,
                samples.size(),
                samples.limit(),
                audit.size(),
                audit.limit(),
                written,
                auditWritten,
                samples.overflowed(),
                audit.overflowed(),
                rejected,
                failures,
                lastWrite,
                maintained);
    }

    /** Does what is due: the schema, the rows, the maintenance. Never throws because of the store. */
    void work() {
        Instant now = clock.instant();
        if (now.isBefore(notBefore)) {
            return;
        }
        try {
            if (!ready && !prepare()) {
                later(now, LONGEST_PAUSE);
                return;
            }
            flush();
            if (!now.isBefore(nextMaintenance)) {
                maintain(now);
                nextMaintenance = now.plus(MAINTENANCE);
            }
            pause = FIRST_PAUSE;
        } catch (ExecutionException | TimeoutException | FlywayException e) {
            failed(now, e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes the buffered rows until there are none. */
    void flush() throws InterruptedException, ExecutionException, TimeoutException {
        drain(audit, AUDIT, AuditRow::timestamp, Rows::audit, count -> auditWritten += count);
        refuseExpired();
        drain(samples, Level.RAW.table, Sample::at, Rows::samples, count -> written += count);
    }

    private boolean prepare() {
        Schema.State found = settings.migrate() ? schema.migrate() : schema.state();
        switch (found) {
            case Schema.State.Current(var version) -> {
                LOG.infof("store: schema version %s", version);
                ready = true;
                problem = null;
                mode = Mode.WRITING;
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

    private void refuse(String why) {
        if (mode != Mode.REFUSED) {
            LOG.errorf("store: %s", why);
        }
        mode = Mode.REFUSED;
        problem = why;
    }

    private interface Count {
        void add(int rows);
    }

    private <T> void drain(
            RowBuffer<T> buffer,
            String table,
            Function<T, Instant> time,
            BiFunction<SqlConnection, List<T>, Future<Integer>> insert,
            Count count)
            throws InterruptedException, ExecutionException, TimeoutException {
        int size = BATCH;
        boolean made = false;
        RowBuffer.Batch<T> batch = buffer.oldest(size);
        while (!batch.rows().isEmpty()) {
            List<T> rows = batch.rows();
            try {
                count.add(await(pool.transaction(session -> insert.apply(session, rows))));
                made = false;
                lastWrite = clock.instant();
                mode = Mode.WRITING;
                problem = null;
                buffer.done(batch);
            } catch (ExecutionException e) {
                String state = StorePool.sqlState(e.getCause());
                if (StorePool.NO_PARTITION.equals(state) && !made) {
                    partitions(table, rows.stream().map(time));
                    made = true;
                } else if (state != null && state.startsWith("22") && rows.size() > 1) {
                    size = Math.max(1, rows.size() / 2);
                } else if (state != null && state.startsWith("22")) {
                    LOG.errorf("store: a row is refused as data (%s) and left out", state);
                    rejected++;
                    buffer.done(batch);
                    size = BATCH;
                } else {
                    throw e;
                }
            }
            batch = buffer.oldest(size);
        }
    }

    /** Rows whose raw retention is over: nothing can be made of them any more. */
    private void refuseExpired() {
        Instant before = clock.instant().minus(settings.keep(Level.RAW));
        RowBuffer.Batch<Sample> batch = samples.oldest(BATCH);
        while (!batch.rows().isEmpty() && batch.rows().getLast().at().isBefore(before)) {
            rejected += batch.rows().size();
            samples.done(batch);
            batch = samples.oldest(BATCH);
        }
    }

    private void partitions(String table, Stream<Instant> times)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (Instant day : times.map(at -> at.truncatedTo(DAYS)).distinct().toList()) {
            await(pool.query("SELECT pgvigil.ensure_partition($1, $2)", Tuple.of(table, Rows.utc(day))));
        }
    }

    /** Partitions, downsampling and retention, unless another instance is at it. */
    void maintain(Instant now) throws InterruptedException, ExecutionException, TimeoutException {
        await(pool.query("SELECT pgvigil.ensure_partitions($1)", Tuple.of(Rows.utc(now))));
        for (Level level : Level.MADE) {
            boolean more = true;
            for (int i = 0; more && i < STEPS; i++) {
                more = rollUp(level, now.minus(SETTLED));
            }
        }
        if (!now.isBefore(nextPruning)) {
            prune(now);
            nextPruning = now.plus(PRUNING);
        }
        maintained = now;
    }

    private boolean rollUp(Level level, Instant upto)
            throws InterruptedException, ExecutionException, TimeoutException {
        return await(pool.transaction(session -> session.query("SELECT pg_try_advisory_xact_lock(7220122) AS mine")
                .execute()
                .compose(lock -> lock.iterator().next().getBoolean("mine")
                        ? session.preparedQuery("SELECT pgvigil.roll_up($1, $2, '10 min') AS more")
                                .execute(Tuple.of(level.table, Rows.utc(upto)))
                                .map(done -> done.iterator().next().getBoolean("more"))
                        : Future.succeededFuture(false))));
    }

    private void prune(Instant now) throws InterruptedException, ExecutionException, TimeoutException {
        for (Level level : Level.values()) {
            prune(level.table, now.minus(settings.keep(level)));
        }
        prune(AUDIT, now.minus(settings.keepAudit()));
    }

    private void prune(String table, Instant before) throws InterruptedException, ExecutionException, TimeoutException {
        await(pool.query("SELECT pgvigil.prune($1, $2)", Tuple.of(table, Rows.utc(before))));
    }

    private void failed(Instant now, Throwable failure) {
        failures++;
        String message = String.valueOf(failure.getMessage());
        if (problem == null) {
            LOG.warnf("store: rows wait in memory: %s", message);
        }
        problem = message.lines().findFirst().orElse("no answer");
        mode = mode == Mode.STARTING ? Mode.STARTING : Mode.AWAY;
        later(now, pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private void later(Instant now, Duration after) {
        notBefore = now.plus(after);
    }

    private static <T> T await(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        // The pool's own deadline comes first.
        return future.toCompletionStage()
                .toCompletableFuture()
                .get(STATEMENT.plusSeconds(5).toMillis(), MILLISECONDS);
    }

    void close() {
        pool.close();
    }
}
