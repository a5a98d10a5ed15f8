package dev.pgvigil.postgres;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A session to one database for one visit: runs the checks that are due there one after the other, with the deadlines of slow
 * statements. Used from one event loop.
 */
public final class DatabaseSession implements AutoCloseable {

    private final ServerConnection connection;
    private final PhysicalConnection physical;
    private final ServerFacts facts;
    private final Duration answerTimeout;
    private final Spans spans;
    private final Map<String, Uni<?>> shared = new HashMap<>();

    DatabaseSession(ServerConnection connection, OpenSession open, Duration answerTimeout, Spans spans) {
        this.connection = connection;
        this.physical = open.physical();
        this.facts = open.facts();
        this.answerTimeout = answerTimeout;
        this.spans = spans;
    }

    /** Facts about the server, and the extensions of this database. */
    public ServerFacts facts() {
        return facts;
    }

    public String database() {
        return physical.database();
    }

    /** Whether the connection was lost, or dropped because of a timeout. */
    public boolean closed() {
        return physical.closed();
    }

    /** The session for one run of a check. */
    public Session session(Spans.Pass pass, CheckMemory memory) {
        return new CheckSession(connection, physical, facts, answerTimeout, spans, pass, shared, memory, false);
    }

    @Override
    public void close() {
        physical.close();
    }
}
