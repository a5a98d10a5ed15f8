package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Latest;
import dev.pgvigil.postgres.DatabaseSession;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Spans;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs checks against one server: on the shared session where possible, otherwise in a visit to the database of the
 * check. Confined to the server's event loop.
 */
final class CheckExecutor {

    private final ServerConnection connection;
    private final Server server;
    private final Spans spans;
    /** Extensions of each database to which a session has been opened. */
    private final Map<String, Set<String>> extensions = new HashMap<>();

    private final Latest latest;

    private Map<String, Uni<?>> shared = new HashMap<>();

    /** @param latest what the checks of the server have observed */
    CheckExecutor(ServerConnection connection, Server server, Spans spans, Latest latest) {
        this.latest = latest;
        this.connection = connection;
        this.server = server;
        this.spans = spans;
    }

    /** Discards the queries shared so far: later collections share nothing with earlier ones. */
    void beginRound() {
        shared = new HashMap<>();
    }

    /** Stores which extensions the session's database has. */
    void learned(String database, ServerFacts facts) {
        extensions.put(database, new HashSet<>(facts.extensions().keySet()));
    }

    /** Forgets databases that are no longer monitored. */
    void retain(Set<String> databases) {
        extensions.keySet().retainAll(databases);
    }

    /** Whether the check can run on the shared session: it belongs to that database and needs no longer deadline. */
    boolean onSharedSession(ScheduledCheck<?> run) {
        return run.heartbeat() || run.host() || (!run.slow() && databaseOf(run).equals(connection.database()));
    }

    /**
     * The database in which the check runs: its own, or for a check of the whole server that of the shared session. If
     * that one lacks the required extension, a database known to have it.
     */
    String databaseOf(ScheduledCheck<?> run) {
        if (run.only != null) {
            return run.only.target().database();
        }
        String current = connection.database();
        String extension = run.check.requirements().extension();
        if (extension == null || has(current, extension)) {
            return current;
        }
        return extensions.keySet().stream()
                .filter(database -> has(database, extension))
                .sorted()
                .findFirst()
                .orElse(current);
    }

    private boolean has(String database, String extension) {
        return extensions.getOrDefault(database, Set.of()).contains(extension);
    }

    /** Collects on the shared session; a check of the host without one while there is none. */
    <O> Uni<O> collect(ScheduledCheck<O> run) {
        if (run.host() && !connection.ready()) {
            return collect(run, connection.database(), span -> connection.unconnected(run.memory));
        }
        Map<String, Uni<?>> round = shared;
        return collect(
                run, connection.database(), span -> connection.session(span, round, run.memory, run.heartbeat()));
    }

    /** Collects in a visit. */
    <O> Uni<O> collect(ScheduledCheck<O> run, DatabaseSession visit) {
        return collect(run, visit.database(), span -> visit.session(span, run.memory));
    }

    // An exception of a check, even before its first statement, fails the Uni: the visit and its connection are
    // released with it.
    private <O> Uni<O> collect(ScheduledCheck<O> run, String database, Function<Spans.Pass, Session> session) {
        Check<O> check = run.check;
        @Nullable Target target = run.only == null ? null : run.only.target();
        return Uni.createFrom()
                .deferred(() -> spans.pass(
                        check.name(),
                        server,
                        database,
                        target == null ? null : target.name(),
                        span -> target == null
                                ? check.collect(session.apply(span), latest)
                                : check.collect(session.apply(span), target)));
    }
}
