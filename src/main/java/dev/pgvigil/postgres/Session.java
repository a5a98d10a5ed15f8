package dev.pgvigil.postgres;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One pass's way to ask a server. Read-only, inside deadlines on both sides, traced and measured.
 *
 * <p>Statements go by the simple protocol: no parameters, so whatever is not a constant must be a number or go through
 * {@link Sql#literal}. A failed statement fails the {@code Uni} with a {@link FailureException}.
 */
public interface Session {

    /** All rows of one statement. The statement bounds them itself, with {@code limit} where the server does not. */
    <T> Uni<List<T>> rows(String sql, Function<Row, T> mapping);

    /** The one row of a statement that always has exactly one. */
    <T> Uni<T> row(String sql, Function<Row, T> mapping);

    /** What is asked once in a pass and shared by all checks that need it. */
    <T> Uni<T> once(String key, Supplier<Uni<T>> question);

    /**
     * What the check keeps between its passes over this server or database: private to it, and never published.
     *
     * @param first makes it, within the budget of the whole fleet; after a restart of the server it is made anew
     */
    <M> M memory(Function<MemoryBudget, M> first);

    /** The database that this session is connected to. */
    String database();

    ServerFacts facts();

    /** What the sessions to this server have cost so far. */
    ConnectionState link();
}
