package dev.pgvigil.alert;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pgvigil.alert.channel.Notification;
import dev.pgvigil.store.StoreSessions;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Alerts, what was told of them, and notifications that wait, in the tables of the store. Each call blocks for 2 s at most; after a failure the
 * store is left alone for a while. Whoever comes with a smaller token than another before is refused. Not thread-safe.
 */
final class AlertStore {

    private static final Logger LOG = Logger.getLogger(AlertStore.class);
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    /** Longer than an attempt to deliver. */
    private static final Duration LEASE = Duration.ofSeconds(20);

    private static final Duration DEAD_KEPT = Duration.ofDays(30);

    private static final String TAKE = """
            INSERT INTO pgvigil.alert_scope AS s (scope, token) SELECT * FROM unnest($1::text[], $2::bigint[])
            ON CONFLICT (scope) DO UPDATE SET token = EXCLUDED.token WHERE s.token <= EXCLUDED.token
            RETURNING s.scope, s.state""";
    private static final String WAITING = """
            SELECT scope, notification, attempts, next_at, error FROM pgvigil.alert_outbox
            WHERE scope = ANY($1) ORDER BY position LIMIT 100000""";
    private static final String KEEP = """
            UPDATE pgvigil.alert_scope AS s SET token = n.token, state = n.state, changed = now()
            FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[]) AS n(scope, token, expected, state)
            WHERE s.scope = n.scope AND s.token = n.expected AND s.token <= n.token RETURNING s.scope""";
    private static final String OFFER = """
            INSERT INTO pgvigil.alert_outbox (id, scope, receiver, notification, attempts, next_at)
            SELECT id, scope, receiver, notification, attempts, next_at
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[])
            WITH ORDINALITY AS n(id, scope, receiver, notification, attempts, next_at, place)
            ORDER BY place ON CONFLICT (id) DO NOTHING""";
    private static final String CLAIM = """
            WITH due AS (
                SELECT o.id FROM pgvigil.alert_outbox o
                WHERE o.id = ANY($1) AND (o.claimed_until IS NULL OR o.claimed_until < now() OR o.claimed_by = $2)
                AND EXISTS (SELECT FROM pgvigil.alert_scope s
                    JOIN unnest($3::text[], $4::bigint[]) AS mine(scope, token) ON mine.scope = s.scope
                    WHERE s.scope = o.scope AND s.token <= mine.token)
                FOR UPDATE OF o SKIP LOCKED)
            UPDATE pgvigil.alert_outbox o SET claimed_by = $2, claimed_until = now() + $5::bigint * interval '1 millisecond'
            FROM due WHERE o.id = due.id RETURNING o.id""";
    private static final String KNOWN = "SELECT id FROM pgvigil.alert_outbox WHERE id = ANY($1)";
    private static final String RETRY = """
            UPDATE pgvigil.alert_outbox AS o SET attempts = n.attempts, next_at = n.next_at, error = n.error, claimed_until = NULL
            FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[]) AS n(id, attempts, next_at, error)
            WHERE o.id = n.id""";
    private static final String DONE = "DELETE FROM pgvigil.alert_outbox WHERE id = ANY($1)";
    private static final String BURY = """
            INSERT INTO pgvigil.alert_dead_letter (id, at, letter) SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[])
            ON CONFLICT (id) DO NOTHING""";
    private static final String DEAD = "SELECT letter FROM pgvigil.alert_dead_letter ORDER BY at DESC LIMIT $1";
    private static final String CHANGED = """
            SELECT scope, state, (SELECT max(changed) FROM pgvigil.alert_scope) AS until FROM pgvigil.alert_scope
            WHERE changed > $1::timestamptz - interval '5 seconds' AND scope <> ALL($2::text[]) AND state IS NOT NULL LIMIT 10000""";
    private static final String ACTIONS =
            "SELECT id, alert, kind, by FROM pgvigil.alert_action WHERE scope = ANY($1) ORDER BY id LIMIT 1000";
    private static final String APPLIED =
            "DELETE FROM pgvigil.alert_action WHERE id = ANY($1) OR at < now() - interval '1 day'";
    private static final String ACT =
            "INSERT INTO pgvigil.alert_action (scope, alert, kind, by) VALUES ($1, $2, $3, $4)";
    private static final String SILENCE = """
            INSERT INTO pgvigil.alert_silence (id, until, silence) SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[])
            ON CONFLICT (id) DO NOTHING""";
    private static final String UNSILENCE = "DELETE FROM pgvigil.alert_silence WHERE id = ANY($1) OR until < $2";
    private static final String SILENCES = "SELECT silence FROM pgvigil.alert_silence ORDER BY until LIMIT $1";
    private static final String FORGET = "DELETE FROM pgvigil.alert_dead_letter WHERE at < $1";

    private final Supplier<Optional<StoreSessions>> sessions;
    private final String process = Ids.random();
    private Instant notBefore = Instant.MIN;
    private @Nullable String problem;
    private boolean displaced;

    /** A scope that this process has taken. */
    record Taken(AlertStateFile.@Nullable Kept state, List<Outbox.Entry> waiting) {}

    /** What changed in a scope; expected: the token under which this process has last written it. */
    record Change(String scope, long token, long expected, AlertStateFile.Kept state) {}

    /** How an attempt ended. */
    sealed interface Settled {

        record Done(Outbox.Entry entry) implements Settled {}

        record Again(Outbox.Entry entry) implements Settled {}

        record Dead(Outbox.DeadLetter letter) implements Settled {}
    }

    /**
     * What came of claims.
     *
     * @param gone ids that the store does not have: another process has dealt with them
     */
    record Claims(Set<String> mine, Set<String> gone) {}

    /** What other processes kept since a time. */
    record Changed(Map<String, AlertStateFile.Kept> states, Instant until) {}

    /** What somebody did at another process. */
    record Action(long id, String alert, Kind kind, String by) {

        enum Kind {
            ACKNOWLEDGE,
            RESOLVE
        }
    }

    /** The store does not answer, or refuses. */
    static final class Away extends Exception {

        private static final long serialVersionUID = 1;

        Away(String message) {
            super(message);
        }
    }

    AlertStore(Supplier<Optional<StoreSessions>> sessions) {
        this.sessions = sessions;
    }

    /** Whether it is worth a try. */
    boolean usable(Instant now) {
        return !displaced && !now.isBefore(notBefore) && sessions.get().isPresent();
    }

    /** Why it was not used the last time; null: it was. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Another process without replicas has come under the same name: this one goes on in memory. */
    void displaced(String name) {
        displaced = true;
        problem = "another pgvigil keeps its alerts in the store as " + name;
        LOG.errorf(
                "alerts are in memory only, and still sent: %s. Each pgvigil that does not share its fleet needs an"
                        + " alerts.store-name of its own",
                problem);
    }

    /** A token that is greater than all before. */
    long nextToken(Instant now) throws Away {
        return await(
                now,
                store -> store.query("SELECT nextval('pgvigil.alert_token')", Tuple.tuple())
                        .map(rows -> rows.iterator().next().getLong(0)));
    }

    /** Takes scopes over. Those that are missing in the answer were refused. */
    Map<String, Taken> take(Map<String, Long> tokens, Instant now) throws Away {
        List<String> scopes = tokens.keySet().stream().sorted().toList();
        Long[] values = scopes.stream().map(tokens::get).toArray(Long[]::new);
        return await(
                now,
                store -> store.transaction(session -> session.preparedQuery(TAKE)
                        .execute(strings(scopes).addArrayOfLong(values))
                        .compose(taken -> {
                            Map<String, AlertStateFile.@Nullable Kept> states = states(taken);
                            return session.preparedQuery(WAITING)
                                    .execute(strings(states.keySet()))
                                    .map(rows -> taken(states, rows));
                        })));
    }

    private static Map<String, AlertStateFile.@Nullable Kept> states(RowSet<Row> rows) {
        Map<String, AlertStateFile.@Nullable Kept> states = new HashMap<>();
        rows.forEach(row -> states.put(row.getString("scope"), unpacked(row)));
        return states;
    }

    private static AlertStateFile.@Nullable Kept unpacked(Row row) {
        Buffer state = row.getBuffer("state");
        try {
            return state == null ? null : AlertStateFile.unpack(new ByteArrayInputStream(state.getBytes()));
        } catch (IOException | RuntimeException e) {
            LOG.errorf("alerts of %s begin anew: their state is unusable: %s", row.getString("scope"), e.getMessage());
            return null;
        }
    }

    private static Map<String, Taken> taken(Map<String, AlertStateFile.@Nullable Kept> states, RowSet<Row> rows) {
        Map<String, List<Outbox.Entry>> waiting = new HashMap<>();
        for (Row row : rows) {
            waiting.computeIfAbsent(row.getString("scope"), _ -> new ArrayList<>())
                    .add(new Outbox.Entry(
                            read(row.getString("notification"), Notification.class),
                            row.getString("scope"),
                            row.getInteger("attempts"),
                            row.getOffsetDateTime("next_at").toInstant(),
                            row.getString("error")));
        }
        Map<String, Taken> taken = new HashMap<>();
        states.forEach((scope, state) -> taken.put(scope, new Taken(state, waiting.getOrDefault(scope, List.of()))));
        return taken;
    }

    /** Keeps what changed and what was offered, in one transaction; returns the scopes that were refused, of which nothing was kept. */
    Set<String> keep(List<Change> changes, List<Outbox.Entry> offered, Instant now) throws Away {
        Map<String, Change> byScope = new TreeMap<>();
        changes.forEach(change -> byScope.put(change.scope(), change));
        List<Change> all = List.copyOf(byScope.values());
        Tuple values = strings(all.stream().map(Change::scope).toList())
                .addArrayOfLong(all.stream().map(Change::token).toArray(Long[]::new))
                .addArrayOfLong(all.stream().map(Change::expected).toArray(Long[]::new))
                .addArrayOfBuffer(all.stream().map(AlertStore::packed).toArray(Buffer[]::new));
        return await(
                now,
                store -> store.transaction(session -> session.preparedQuery(KEEP)
                        .execute(values)
                        .compose(rows -> {
                            Set<String> accepted = ids(rows);
                            Set<String> refused = new HashSet<>(byScope.keySet());
                            refused.removeAll(accepted);
                            List<Outbox.Entry> allowed = offered.stream()
                                    .filter(entry -> !refused.contains(entry.scope()))
                                    .toList();
                            return (allowed.isEmpty() ? Future.<Void>succeededFuture() : offer(session, allowed))
                                    .map(refused);
                        })));
    }

    private static Buffer packed(Change change) {
        try {
            return Buffer.buffer(AlertStateFile.pack(change.state()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Future<Void> offer(SqlConnection session, List<Outbox.Entry> entries) {
        return session.preparedQuery(OFFER)
                .execute(strings(entries.stream()
                                .map(entry -> entry.notification().id())
                                .toList())
                        .addArrayOfString(
                                entries.stream().map(Outbox.Entry::scope).toArray(String[]::new))
                        .addArrayOfString(entries.stream()
                                .map(entry -> entry.notification().receiver())
                                .toArray(String[]::new))
                        .addArrayOfString(entries.stream()
                                .map(entry -> text(entry.notification()))
                                .toArray(String[]::new))
                        .addArrayOfInteger(
                                entries.stream().map(Outbox.Entry::attempts).toArray(Integer[]::new))
                        .addArrayOfOffsetDateTime(entries.stream()
                                .map(entry -> utc(entry.nextAt()))
                                .toArray(OffsetDateTime[]::new)))
                .mapEmpty();
    }

    /** Claims notifications until they are settled, or for 20 s. */
    Claims claim(List<Outbox.Entry> due, Map<String, Long> tokens, Instant now) throws Away {
        List<String> ids = due.stream().map(entry -> entry.notification().id()).toList();
        List<String> scopes = List.copyOf(tokens.keySet());
        return await(
                now,
                store -> store.query(
                                CLAIM,
                                strings(ids)
                                        .addString(process)
                                        .addArrayOfString(scopes.toArray(String[]::new))
                                        .addArrayOfLong(
                                                scopes.stream().map(tokens::get).toArray(Long[]::new))
                                        .addLong(LEASE.toMillis()))
                        .compose(claimed -> {
                            Set<String> mine = ids(claimed);
                            return mine.size() == ids.size()
                                    ? Future.succeededFuture(new Claims(mine, Set.of()))
                                    : store.query(KNOWN, strings(ids)).map(known -> {
                                        Set<String> gone = new HashSet<>(ids);
                                        gone.removeAll(ids(known));
                                        return new Claims(mine, gone);
                                    });
                        }));
    }

    /** Keeps how attempts ended, in one transaction. */
    void settle(List<Settled> settled, Instant now) throws Away {
        List<String> over = new ArrayList<>();
        List<Outbox.Entry> again = new ArrayList<>();
        List<Outbox.DeadLetter> dead = new ArrayList<>();
        for (Settled one : settled) {
            switch (one) {
                case Settled.Done(var entry) -> over.add(entry.notification().id());
                case Settled.Again(var entry) -> again.add(entry);
                case Settled.Dead(var letter) -> {
                    over.add(letter.notification().id());
                    dead.add(letter);
                }
            }
        }
        Object _ = await(
                now,
                store -> store.transaction(session -> session.preparedQuery(BURY)
                        .execute(strings(dead.stream()
                                        .map(letter -> letter.notification().id())
                                        .toList())
                                .addArrayOfOffsetDateTime(dead.stream()
                                        .map(letter -> utc(letter.at()))
                                        .toArray(OffsetDateTime[]::new))
                                .addArrayOfString(
                                        dead.stream().map(AlertStore::text).toArray(String[]::new)))
                        .compose(buried -> session.preparedQuery(RETRY)
                                .execute(strings(again.stream()
                                                .map(entry ->
                                                        entry.notification().id())
                                                .toList())
                                        .addArrayOfInteger(again.stream()
                                                .map(Outbox.Entry::attempts)
                                                .toArray(Integer[]::new))
                                        .addArrayOfOffsetDateTime(again.stream()
                                                .map(entry -> utc(entry.nextAt()))
                                                .toArray(OffsetDateTime[]::new))
                                        .addArrayOfString(again.stream()
                                                .map(entry -> String.valueOf(entry.error())
                                                        .replace("\0", ""))
                                                .toArray(String[]::new))))
                        .compose(retried -> session.preparedQuery(DONE).execute(strings(over)))));
    }

    /** The latest dead letters, the latest first; those of more than 30 days ago are removed. */
    List<Outbox.DeadLetter> deadLetters(Instant now) throws Away {
        return await(
                now,
                store -> store.query(FORGET, Tuple.of(utc(now.minus(DEAD_KEPT))))
                        .compose(removed -> store.query(DEAD, Tuple.of(MemoryOutbox.DEAD)))
                        .map(rows -> {
                            List<Outbox.DeadLetter> letters = new ArrayList<>();
                            rows.forEach(row -> letters.add(read(row.getString("letter"), Outbox.DeadLetter.class)));
                            return letters;
                        }));
    }

    Changed changed(Instant since, Set<String> without, Instant now) throws Away {
        return await(
                now,
                store -> store.query(CHANGED, Tuple.of(utc(since)).addArrayOfString(without.toArray(String[]::new)))
                        .map(rows -> {
                            Instant until = since;
                            Map<String, AlertStateFile.Kept> states = new HashMap<>();
                            for (Row row : rows) {
                                OffsetDateTime latest = row.getOffsetDateTime("until");
                                until = latest == null ? until : latest.toInstant();
                                AlertStateFile.Kept state = unpacked(row);
                                if (state != null) {
                                    states.put(row.getString("scope"), state);
                                }
                            }
                            return new Changed(states, until);
                        }));
    }

    List<Action> actions(Set<String> scopes, Instant now) throws Away {
        return await(
                now,
                store -> store.query(ACTIONS, strings(scopes)).map(rows -> {
                    List<Action> actions = new ArrayList<>();
                    rows.forEach(row -> actions.add(new Action(
                            row.getLong("id"),
                            row.getString("alert"),
                            Action.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                            row.getString("by"))));
                    return actions;
                }));
    }

    void applied(List<Long> actions, Instant now) throws Away {
        Object _ =
                await(now, store -> store.query(APPLIED, Tuple.tuple().addArrayOfLong(actions.toArray(Long[]::new))));
    }

    void act(String scope, String alert, Action.Kind kind, String by, Instant now) throws Away {
        Object _ = await(
                now,
                store -> store.query(ACT, Tuple.of(scope, alert, kind.name().toLowerCase(Locale.ROOT), by)));
    }

    /** Adds and ends silences; returns those of all processes. */
    List<Silence> silences(List<Silence> added, Set<String> ended, Instant now) throws Away {
        return await(
                now,
                store -> store.transaction(session -> session.preparedQuery(SILENCE)
                        .execute(strings(added.stream().map(Silence::id).toList())
                                .addArrayOfOffsetDateTime(added.stream()
                                        .map(one -> utc(one.until()))
                                        .toArray(OffsetDateTime[]::new))
                                .addArrayOfString(
                                        added.stream().map(AlertStore::text).toArray(String[]::new)))
                        .compose(inserted -> session.preparedQuery(UNSILENCE)
                                .execute(strings(ended).addOffsetDateTime(utc(now))))
                        .compose(deleted -> session.preparedQuery(SILENCES).execute(Tuple.of(AlertEngine.SILENCES)))
                        .map(rows -> {
                            List<Silence> all = new ArrayList<>();
                            rows.forEach(row -> all.add(read(row.getString("silence"), Silence.class)));
                            return all;
                        })));
    }

    private <T> T await(Instant now, Function<StoreSessions, Future<T>> work) throws Away {
        Optional<StoreSessions> store = sessions.get();
        if (store.isEmpty()) {
            throw new Away("its schema is not ready");
        }
        String why;
        try {
            T result = work.apply(store.get())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(ANSWER.toMillis(), MILLISECONDS);
            if (problem != null) {
                LOG.info("alerts are kept in the store again");
                problem = null;
            }
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Away("interrupted");
        } catch (TimeoutException e) {
            why = "no answer within 2 s";
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            why = cause == null ? "failed" : cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
        if (problem == null) {
            LOG.warnf("alerts are in memory only, and still sent: the store is away (%s)", why);
        }
        problem = why;
        notBefore = now.plus(PAUSE);
        throw new Away(why);
    }

    private static Set<String> ids(RowSet<Row> rows) {
        Set<String> ids = new HashSet<>();
        rows.forEach(row -> ids.add(row.getString(0)));
        return ids;
    }

    static Tuple strings(Collection<String> values) {
        return Tuple.tuple().addArrayOfString(values.toArray(String[]::new));
    }

    static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    static String text(Object value) {
        try {
            return AlertStateFile.JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T read(String json, Class<T> type) {
        try {
            return AlertStateFile.JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
