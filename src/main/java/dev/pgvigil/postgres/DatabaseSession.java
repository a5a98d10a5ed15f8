package dev.pgvigil.postgres;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A session to one database for one visit: the checks that are due there run on it one after the other, with the deadlines of slow
 * statements. Used from one event loop.
 */
public final class DatabaseSession implements AutoCloseable {

    private final ServerConnection connection;
    private final PhysicalConnection physical;
    private final ServerFacts facts;
    private final Duration answer;
    private final Spans spans;
    private final Map<String, Uni<?>> shared = new HashMap<>();

    DatabaseSession(ServerConnection connection, OpenSession open, Duration answer, Spans spans) {
        this.connection = connection;
        this.physical = open.wire();
        this.facts = open.facts();
        this.answer = answer;
        this.spans = spans;
    }

    /** What the server is, and which extensions this database has. */
    public ServerFacts facts() {
        return facts;
    }

    public String database() {
        return physical.database();
    }

    /** Whether the connection is gone: lost, or dropped because an answer did not come. */
    public boolean closed() {
        return physical.closed();
    }

    /** The session for one pass of a check. */
    public Session session(Spans.Pass pass, CheckMemory memory) {
        return new CheckSession(connection, physical, facts, answer, spans, pass, shared, memory, false);
    }

    @Override
    public void close() {
        physical.close();
    }
}
