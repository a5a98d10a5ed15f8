package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.ServerConnection;
import dev.pgvigil.postgres.Spans;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;

/**
 * Puts checks' questions to one server: on the shared session, or one after the other on sessions of their own, where a
 * check needs another database or more time. Lives on the server's loop.
 */
final class CheckExecutor {

    private final ServerConnection link;
    private final Server server;
    private final Spans spans;
    private Map<String, Uni<?>> asked = new HashMap<>();
    private boolean apart;

    CheckExecutor(ServerConnection link, Server server, Spans spans) {
        this.link = link;
        this.server = server;
        this.spans = spans;
    }

    /** What is asked from now on shares nothing with what was asked before. */
    void turnPage() {
        asked = new HashMap<>();
    }

    /** Whether the run's question can be put now. */
    boolean possible(ScheduledCheck<?> run) {
        return link.ready() && !(apart && needsOwnSession(run));
    }

    <O> Uni<O> ask(ScheduledCheck<O> run) {
        Check<O> check = run.check;
        String database = run.only == null ? link.database() : run.only.target().database();
        String target = run.only == null ? null : run.only.target().name();
        boolean own = needsOwnSession(run);
        if (!own) {
            Map<String, Uni<?>> page = asked;
            boolean urgent = check.name().equals(Heartbeat.NAME);
            return spans.pass(
                    check.name(), server, database, target, pass -> check.collect(link.session(pass, page, urgent)));
        }
        apart = true;
        return spans.pass(check.name(), server, database, target, pass -> link.apart(database, pass, check::collect))
                .onTermination()
                .invoke(() -> apart = false);
    }

    private boolean needsOwnSession(ScheduledCheck<?> run) {
        return !run.check.name().equals(Heartbeat.NAME)
                && (run.wantsTime()
                        || (run.only != null && !run.only.target().database().equals(link.database())));
    }
}
