package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a check of the server's host uses while the server cannot be reached: every statement fails with the reason for that. */
final class UnconnectedSession implements Session {

    private final ServerConnection connection;
    private final CheckMemory memory;

    UnconnectedSession(ServerConnection connection, CheckMemory memory) {
        this.connection = connection;
        this.memory = memory;
    }

    private FailureException failure() {
        Failure trouble = connection.trouble();
        return new FailureException(trouble == null ? Failure.of(Reason.CONNECT, "no session") : trouble);
    }

    @Override
    public <T> Uni<List<T>> rows(String sql, Function<Row, T> mapping) {
        return Uni.createFrom().failure(failure());
    }

    @Override
    public <T> Uni<T> row(String sql, Function<Row, T> mapping) {
        return Uni.createFrom().failure(failure());
    }

    @Override
    public <T> Uni<T> once(String key, Supplier<Uni<T>> query) {
        return query.get();
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
        return false;
    }

    @Override
    public <T> Uni<T> pooler(Function<Console, Uni<T>> work) {
        return Uni.createFrom().failure(failure());
    }

    @Override
    public @Nullable HostEndpoint host() {
        return connection.host();
    }

    @Override
    public <T> Uni<T> writing(Function<Session, Uni<T>> work) {
        return Uni.createFrom().failure(failure());
    }

    @Override
    public String database() {
        return connection.database();
    }

    @Override
    public ServerFacts facts() {
        throw failure();
    }

    @Override
    public ConnectionState connectionState() {
        return connection.state();
    }
}
