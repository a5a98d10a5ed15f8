package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pgvigil.testing.PgServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StatementCacheTest {

    private static final String READY = "select statement from pg_prepared_statements";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> sent = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init") // set by every test
    private PgConnection connection;

    @SuppressWarnings("NullAway.Init") // set by every test
    private StatementCache statements;

    static List<Integer> majors() {
        return PgServer.majors();
    }

    @BeforeEach
    void clear() {
        sent.clear();
    }

    @AfterEach
    void end() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void preparesRepeatedStatement(int major) {
        connect(major);
        String sql = "select n, n::text as text from generate_series(1, 3) n";

        String first = execute(sql);
        execute(sql);
        awaitPrepared(sql);

        assertThat(execute(sql)).isEqualTo(first).contains("[3, 3]");
        assertThat(sent.getLast()).matches("execute pgvigil_[0-9]+\n;execute pgvigil_[0-9]+");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void returnsServerTimeOfStatement(int major) {
        connect(major);

        for (int i = 0; i < 4; i++) {
            execute("select pg_sleep(0.02)");
            assertThat(took).isGreaterThanOrEqualTo(20_000);
        }
        assertThat(sent.getLast()).startsWith("execute");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void doesNotPrepareSingleStatement(int major) {
        connect(major);

        execute("select 1");

        assertThat(preparedStatements()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void doesNotPrepareFailingStatement(int major) {
        connect(major);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> execute("select 1/0")).isInstanceOf(CompletionException.class);
        }

        assertThat(preparedStatements()).isEmpty();
        assertThat(execute("select 1")).contains("[1]");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void evictsOldestStatementsOverLimit(int major) {
        connect(major);

        for (int i = 0; i < 2 * StatementCache.MOST; i++) {
            execute("select " + i);
            execute("select " + i);
        }
        String latest = "select " + (2 * StatementCache.MOST - 1);

        awaitPrepared(latest);
        await().untilAsserted(() -> assertThat(preparedStatements()).hasSizeLessThanOrEqualTo(StatementCache.MOST));
        assertThat(preparedStatements().toString()).doesNotContain("select 0");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void sendsFullTextAfterDeallocateAll(int major) {
        connect(major);
        execute("select 1");
        execute("select 1");
        awaitPrepared("select 1");

        join(connection.query("deallocate all").execute());

        assertThatThrownBy(() -> execute("select 1")).hasMessageContaining("does not exist");
        assertThat(execute("select 1")).contains("[1]");
        assertThat(sent.getLast()).startsWith("select 1");
    }

    private long took;

    private void connect(int major) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost("127.0.0.1")
                .setPort(PgServer.shared(major).port())
                .setUser("postgres")
                .setDatabase("postgres")
                .setPipeliningLimit(16);
        connection = join(PgConnection.connect(vertx, options));
        statements = new StatementCache(sql -> {
            sent.add(sql);
            return connection.query(sql).execute();
        });
    }

    /** Returns the rows as text. */
    private String execute(String sql) {
        RowSet<Row> rows = join(statements.execute(sql));
        took = rows.next().iterator().next().getLong(0);
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.toJson().getMap().values().toString())
                .toList()
                .toString();
    }

    private List<String> preparedStatements() {
        return StreamSupport.stream(join(connection.query(READY).execute()).spliterator(), false)
                .map(row -> row.getString(0))
                .toList();
    }

    private void awaitPrepared(String sql) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> preparedStatements().stream().anyMatch(one -> one.endsWith(sql)));
    }

    private static <T> T join(Future<T> future) {
        CompletableFuture<T> result = future.toCompletionStage().toCompletableFuture();
        return result.join();
    }
}
