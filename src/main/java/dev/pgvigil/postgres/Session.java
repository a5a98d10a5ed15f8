package dev.pgvigil.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The session that one run of a check uses. Read-only, with timeouts on both sides, traced and measured.
 *
 * <p>Statements use the simple query protocol, without parameters: a value that is not a constant must be a number or be quoted
 * by {@link Sql#literal}. A failed statement fails the {@code Uni} with a {@link FailureException}.
 */
public interface Session {

    /** All rows of one statement. The statement must limit them, with {@code limit} where the server does not. */
    <T> Uni<List<T>> rows(String sql, Function<Row, T> mapping);

    /** The row of a statement that always returns exactly one. */
    <T> Uni<T> row(String sql, Function<Row, T> mapping);

    /** A result that is queried once and shared by the checks that run together. */
    <T> Uni<T> once(String key, Supplier<Uni<T>> query);

    /**
     * What the check keeps between its runs on this server or database: private to it, and never published.
     *
     * @param first creates it, within the budget of the whole fleet; called again after a restart of the server
     */
    <M> M memory(Function<MemoryBudget, M> first);

    /**
     * The result of work on thousands of rows, which would hold the event loop for more than a millisecond: it runs on a worker
     * thread, and what follows on the event loop again. Content of {@link #memory} that it uses must be safe against a release
     * at the same time.
     */
    <T> Uni<T> compute(Callable<T> work);

    /** Whether a connection pooler is configured for this server. */
    boolean hasPooler();

    /**
     * The result of the work on the admin console of the server's PgBouncer, over a connection that is opened for it. Only if
     * {@link #hasPooler}.
     */
    <T> Uni<T> pooler(Function<Console, Uni<T>> work);

    /** Where the resources of the server's host are read; null: none is configured. */
    @Nullable
    HostEndpoint host();

    /** The admin console of a PgBouncer, which knows its own commands only. */
    interface Console {

        /** All rows of a command such as {@code SHOW POOLS}. */
        <T> Uni<List<T>> rows(String command, Function<Row, T> mapping);
    }

    /**
     * The result of the work in a session to the same database that may write, which is opened for it and closed afterwards. Only
     * for what the user has configured to be written. Fails with a {@link FailureException} if it cannot be opened.
     */
    <T> Uni<T> writing(Function<Session, Uni<T>> work);

    /** The database that this session is connected to. */
    String database();

    ServerFacts facts();

    /** Statistics of the sessions to this server so far. */
    ConnectionState connectionState();
}
