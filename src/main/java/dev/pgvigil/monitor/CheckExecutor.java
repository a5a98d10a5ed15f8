package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.postgres.DatabaseSession;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Spans;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs checks against one server: on the shared session where that will do, else in a visit to the database where the check
 * belongs. Lives on the server's event loop.
 */
final class CheckExecutor {

    private final ServerConnection connection;
    private final Server server;
    private final Spans spans;
    /** Extensions of the databases that sessions have been opened to. */
    private final Map<String, Set<String>> extensions = new HashMap<>();

    private Map<String, Uni<?>> shared = new HashMap<>();

    CheckExecutor(ServerConnection connection, Server server, Spans spans) {
        this.connection = connection;
        this.server = server;
        this.spans = spans;
    }

    /** What is collected from now on shares nothing with what was collected before. */
    void beginPass() {
        shared = new HashMap<>();
    }

    /** Learns from the facts of a session which extensions its database has. */
    void learned(String database, ServerFacts facts) {
        extensions.put(database, new HashSet<>(facts.extensions().keySet()));
    }

    /** Forgets databases that are not watched any more. */
    void retain(Set<String> databases) {
        extensions.keySet().retainAll(databases);
    }

    /** Whether the check can run on the shared session: it is in the right database, and the check needs no longer deadline. */
    boolean onSharedSession(ScheduledCheck<?> run) {
        return run.heartbeat() || (!run.slow() && databaseOf(run).equals(connection.database()));
    }

    /**
     * The database in which the check runs: its own, or for a check of the whole server the shared session's, unless another one alone
     * is known to have the extension that the check requires.
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

    /** Collects on the shared session. */
    <O> Uni<O> collect(ScheduledCheck<O> run) {
        Map<String, Uni<?>> pass = shared;
        return collect(run, connection.database(), span -> connection.session(span, pass, run.memory, run.heartbeat()));
    }

    /** Collects in a visit. */
    <O> Uni<O> collect(ScheduledCheck<O> run, DatabaseSession visit) {
        return collect(run, visit.database(), span -> visit.session(span, run.memory));
    }

    // Whatever a check throws, be it before its first statement, ends in the Uni: the visit and its connection end with
    // it.
    private <O> Uni<O> collect(ScheduledCheck<O> run, String database, Function<Spans.Pass, Session> session) {
        Check<O> check = run.check;
        @Nullable String target = run.only == null ? null : run.only.target().name();
        return Uni.createFrom()
                .deferred(() ->
                        spans.pass(check.name(), server, database, target, span -> check.collect(session.apply(span))));
    }
}
