package dev.pgvigil.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of one session. A repeated statement is parsed and planned once, which is most of the cost of a short
 * one. Used from one event loop.
 */
final class StatementCache {

    /** Maximum number of texts of a session: each prepared one takes memory in the server process. */
    static final int MOST = 32;

    /** How long the server has been working on the message that contains this, in microseconds. */
    private static final String TIMING =
            "select (extract(epoch from clock_timestamp() - statement_timestamp()) * 1000000)::bigint";

    /** PREPARE refuses others, such as BEGIN and SHOW, and its failure would abort a transaction. */
    private static final Pattern PREPARABLE =
            Pattern.compile("\\s*+(?:select|with|values)\\b", Pattern.CASE_INSENSITIVE);

    private static final String UNDEFINED_STATEMENT = "26000";

    private final Function<String, Future<RowSet<Row>>> server;
    private final SequencedMap<String, Text> texts = new LinkedHashMap<>(16, 0.75f, true);
    private int count;
    private boolean usable = true;

    /** The state of one text. */
    private static final class Text {
        private @Nullable String name;
        private boolean ready;
    }

    /** @param server sends a message and returns the result of its first statement, followed by the others */
    StatementCache(Function<String, Future<RowSet<Row>>> server) {
        this.server = server;
    }

    /** Executes a statement, prepared if possible. After the answer comes the server's time in microseconds. */
    Future<RowSet<Row>> execute(String sql) {
        return server.apply(message(sql) + "\n;" + message(TIMING))
                .onSuccess(answered -> {
                    recordSuccess(sql);
                    recordSuccess(TIMING);
                })
                .onFailure(failed -> usable &=
                        !UNDEFINED_STATEMENT.equals(FailureClassifier.of(failed).sqlState()));
    }

    private String message(String sql) {
        Text text = texts.get(sql);
        return usable && text != null && text.ready ? "execute " + text.name : sql;
    }

    /** Prepares a statement only when it has succeeded twice. */
    private void recordSuccess(String sql) {
        Text text = texts.get(sql);
        if (text == null) {
            texts.put(sql, new Text());
            evict();
        } else if (text.name == null && usable && PREPARABLE.matcher(sql).lookingAt()) {
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

    /** The result is not awaited: prepared statements end with the session. */
    private void deallocate(Text text) {
        if (text.ready) {
            var _ = server.apply("deallocate " + text.name);
        }
    }
}
