package dev.pgvigil.monitor;

import dev.pgvigil.postgres.DatabaseSession;
import dev.pgvigil.postgres.ServerConnection;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Visits the databases of one server in which checks are due. Each visit uses one connection, on which all due checks
 * of the database run in sequence. At most {@value #MOST} visits run at once, within the connection budget. A visit
 * that does not end is closed after {@link #LEASE}. Confined to the server's event loop.
 */
final class DatabaseVisits {

    /** Together with the shared session and its replacement, within the budget of five. */
    static final int MOST = 2;

    static final Duration LEASE = Duration.ofSeconds(60);

    /** Runs the checks of a visit. */
    interface Visitor {

        /** The checks that are due in a database, or soon will be, in the order in which they run. */
        List<ScheduledCheck<?>> due(String database);

        /** A session has been opened. */
        void opened(DatabaseSession session);

        /** Runs one check. The future completes when its result, success or failure, has been published. */
        Future<Void> run(ScheduledCheck<?> check, DatabaseSession session);

        /** No session could be opened. */
        void refused(ScheduledCheck<?> check, Throwable failure);

        /** A visit has ended, so another may begin. */
        void ended();

        /** Calls back after the time, unless the timer is cancelled. */
        long timer(Duration time, Runnable late);

        void cancel(long timer);
    }

    private final ServerConnection connection;
    private final Visitor visitor;
    private final SequencedSet<String> waiting = new LinkedHashSet<>();
    private final Map<String, Visit> underWay = new HashMap<>();
    private boolean stopped;

    DatabaseVisits(ServerConnection connection, Visitor visitor) {
        this.connection = connection;
        this.visitor = visitor;
    }

    /** Requests a visit. A database that is already waiting keeps its place. */
    void request(String database) {
        waiting.add(database);
    }

    /** Begins as many visits as the limits allow. */
    void begin() {
        Iterator<String> next = waiting.iterator();
        while (!stopped && next.hasNext() && underWay.size() < MOST && connection.hasRoomToVisit()) {
            String database = next.next();
            if (!underWay.containsKey(database)) {
                next.remove();
                new Visit(database).begin();
            }
        }
    }

    /** Ends all visits. No further visits begin. */
    void stop() {
        stopped = true;
        waiting.clear();
        List.copyOf(underWay.values()).forEach(Visit::end);
    }

    private final class Visit {

        private final String database;
        private long lease;
        private @Nullable DatabaseSession session;
        private boolean ended;

        Visit(String database) {
            this.database = database;
        }

        void begin() {
            underWay.put(database, this);
            lease = visitor.timer(LEASE, this::end);
            connection.visit(database).subscribe().with(this::opened, this::refused);
        }

        private void opened(DatabaseSession opened) {
            if (ended) {
                opened.close();
                return;
            }
            session = opened;
            visitor.opened(opened);
            run(visitor.due(database).iterator());
        }

        /** Runs the next check. If the session is closed, the remaining checks stay due and get another visit. */
        private void run(Iterator<ScheduledCheck<?>> due) {
            DatabaseSession open = session;
            if (ended || open == null || open.closed() || !due.hasNext()) {
                end();
                return;
            }
            visitor.run(due.next(), open).onComplete(done -> run(due));
        }

        private void refused(Throwable thrown) {
            if (!ended) {
                visitor.due(database).forEach(check -> visitor.refused(check, thrown));
                end();
            }
        }

        private void end() {
            if (ended) {
                return;
            }
            ended = true;
            visitor.cancel(lease);
            underWay.remove(database, this);
            if (session != null) {
                session.close();
            }
            if (!stopped) {
                visitor.ended();
            }
        }
    }
}
