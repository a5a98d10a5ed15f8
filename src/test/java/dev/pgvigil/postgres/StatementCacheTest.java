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

    @SuppressWarnings("NullAway.Init") // by every test
    private PgConnection connection;

    @SuppressWarnings("NullAway.Init") // by every test
    private StatementCache prepared;

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
    void what_is_asked_again_is_ready_and_answers_the_same(int major) {
        connect(major);
        String sql = "select n, n::text as text from generate_series(1, 3) n";

        String first = ask(sql);
        ask(sql);
        awaitReady(sql);

        assertThat(ask(sql)).isEqualTo(first).contains("[3, 3]");
        assertThat(sent.getLast()).matches("execute pgvigil_[0-9]+\n;execute pgvigil_[0-9]+");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void the_time_behind_the_answer_is_that_of_the_statement(int major) {
        connect(major);

        for (int i = 0; i < 4; i++) {
            ask("select pg_sleep(0.02)");
            assertThat(took).isGreaterThanOrEqualTo(20_000);
        }
        assertThat(sent.getLast()).startsWith("execute");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void what_is_asked_once_is_not_kept(int major) {
        connect(major);

        ask("select 1");

        assertThat(ready()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void what_fails_is_not_kept_and_harms_no_other(int major) {
        connect(major);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> ask("select 1/0")).isInstanceOf(CompletionException.class);
        }

        assertThat(ready()).isEmpty();
        assertThat(ask("select 1")).contains("[1]");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void of_many_texts_the_latest_are_kept_and_no_more_than_the_bound(int major) {
        connect(major);

        for (int i = 0; i < 2 * StatementCache.MOST; i++) {
            ask("select " + i);
            ask("select " + i);
        }
        String latest = "select " + (2 * StatementCache.MOST - 1);

        awaitReady(latest);
        await().untilAsserted(() -> assertThat(ready()).hasSizeLessThanOrEqualTo(StatementCache.MOST));
        assertThat(ready().toString()).doesNotContain("select 0");
    }

    @ParameterizedTest
    @MethodSource("majors")
    void a_session_that_has_lost_them_goes_on_in_full(int major) {
        connect(major);
        ask("select 1");
        ask("select 1");
        awaitReady("select 1");

        join(connection.query("deallocate all").execute());

        assertThatThrownBy(() -> ask("select 1")).hasMessageContaining("does not exist");
        assertThat(ask("select 1")).contains("[1]");
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
        prepared = new StatementCache(sql -> {
            sent.add(sql);
            return connection.query(sql).execute();
        });
    }

    /** The rows as text. */
    private String ask(String sql) {
        RowSet<Row> rows = join(prepared.ask(sql));
        took = rows.next().iterator().next().getLong(0);
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> row.toJson().getMap().values().toString())
                .toList()
                .toString();
    }

    private List<String> ready() {
        return StreamSupport.stream(join(connection.query(READY).execute()).spliterator(), false)
                .map(row -> row.getString(0))
                .toList();
    }

    private void awaitReady(String sql) {
        await().atMost(Duration.ofSeconds(10)).until(() -> ready().stream().anyMatch(one -> one.endsWith(sql)));
    }

    private static <T> T join(Future<T> future) {
        CompletableFuture<T> result = future.toCompletionStage().toCompletableFuture();
        return result.join();
    }
}
