package dev.pgvigil.store;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.pgvigil.postgres.ConnectOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sessions to the store, at most {@code store.pool-size} for all features. Every call ends within its deadline; a store that does not
 * answer loses all of its sessions, because they may hang for as long as the system's TCP likes. Thread-safe.
 */
public final class StoreSessions {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final int WAITING = 200;
    private static final int IDLE_SECONDS = 120;

    private final Vertx vertx;
    private final StoreSettings settings;
    private final Duration statement;
    private final Duration answer;
    private final AtomicReference<@Nullable Pool> pool = new AtomicReference<>();

    StoreSessions(Vertx vertx, StoreSettings settings, Duration statement) {
        this.vertx = vertx;
        this.settings = settings;
        this.statement = statement;
        this.answer = statement.plusSeconds(1);
    }

    /** The rows of one statement. Its objects are named with their schema, {@code pgvigil}. */
    public Future<RowSet<Row>> query(String sql, Tuple values) {
        return within(pool -> pool.preparedQuery(sql).execute(values));
    }

    /** Statements in one transaction, which is rolled back if the future fails. */
    public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
        return within(pool -> pool.withTransaction(work));
    }

    private <T> Future<T> within(Function<Pool, Future<T>> work) {
        Pool current = current();
        return work.apply(current).timeout(answer.toMillis(), MILLISECONDS).onFailure(failure -> {
            if (failure instanceof TimeoutException && pool.compareAndSet(current, null)) {
                current.close();
            }
        });
    }

    private synchronized Pool current() {
        Pool open = pool.get();
        if (open == null) {
            open = create();
            pool.set(open);
        }
        return open;
    }

    private Pool create() {
        String millis = Long.toString(statement.toMillis());
        Map<String, String> session = Map.of(
                "application_name",
                "pgvigil-store",
                "statement_timeout",
                millis,
                "lock_timeout",
                Long.toString(statement.toMillis() / 3),
                "idle_in_transaction_session_timeout",
                Long.toString(answer.toMillis() * 2),
                "TimeZone",
                "UTC");
        PoolOptions options = new PoolOptions()
                .setMaxSize(settings.pool())
                .setMaxWaitQueueSize(WAITING)
                .setConnectionTimeout((int) CONNECT.toSeconds())
                .setIdleTimeout(IDLE_SECONDS);
        return PgBuilder.pool()
                .with(options)
                .connectingTo(ConnectOptions.pooled(settings.server(), settings.database(), CONNECT, session))
                .using(vertx)
                .build();
    }

    void close() {
        Pool last = pool.getAndSet(null);
        if (last != null) {
            last.close();
        }
    }

    static @Nullable String sqlState(@Nullable Throwable failure) {
        return failure instanceof PgException refused ? refused.getSqlState() : null;
    }
}
