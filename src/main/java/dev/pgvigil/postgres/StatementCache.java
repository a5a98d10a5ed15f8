package dev.pgvigil.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The statements that one session's server keeps ready. What is asked over and over is parsed and planned once: of a short
 * statement that is most of the cost. Used from one event loop.
 */
final class StatementCache {

    /** The most texts that are known of a session: each that is ready takes some memory of the server's process. */
    static final int MOST = 32;

    /** How long the server has been at the message that holds this, in microseconds. */
    private static final String TIMING =
            "select (extract(epoch from clock_timestamp() - statement_timestamp()) * 1000000)::bigint";

    private static final String LOST = "26000";

    private final Function<String, Future<RowSet<Row>>> server;
    private final SequencedMap<String, Text> texts = new LinkedHashMap<>(16, 0.75f, true);
    private int count;
    private boolean usable = true;

    /** What is known of a text. */
    private static final class Text {
        private @Nullable String name;
        private boolean ready;
    }

    /** @param server sends a message and gives the result of its first statement, the others behind it */
    StatementCache(Function<String, Future<RowSet<Row>>> server) {
        this.server = server;
    }

    /** Asks, as the server has it ready or else in full. Behind the answer comes how long the server took, in microseconds. */
    Future<RowSet<Row>> ask(String sql) {
        return server.apply(message(sql) + "\n;" + message(TIMING))
                .onSuccess(answered -> {
                    know(sql);
                    know(TIMING);
                })
                .onFailure(failed ->
                        usable &= !LOST.equals(FailureClassifier.of(failed).sqlState()));
    }

    private String message(String sql) {
        Text text = texts.get(sql);
        return usable && text != null && text.ready ? "execute " + text.name : sql;
    }

    /** Only what is asked a second time is worth it, and only what is known to work. */
    private void know(String sql) {
        Text text = texts.get(sql);
        if (text == null) {
            texts.put(sql, new Text());
            evict();
        } else if (text.name == null && usable) {
            String name = "pgvigil_" + ++count;
            text.name = name;
            server.apply("prepare " + name + " as " + sql).onSuccess(prepared -> {
                text.ready = true;
                if (!texts.containsKey(sql)) {
                    deallocate(text);
                }
            });
        }
    }

    private void evict() {
        if (texts.size() > MOST) {
            deallocate(texts.pollFirstEntry().getValue());
        }
    }

    /** Nobody waits for it: if the session is lost, so are its statements. */
    private void deallocate(Text text) {
        if (text.ready) {
            var _ = server.apply("deallocate " + text.name);
        }
    }
}
