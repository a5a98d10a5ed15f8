package dev.pgvigil.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/** Something that goes wrong with a server, and the events by which pgvigil tells. */
interface Fault extends AutoCloseable {

    String name();

    /** How often pgvigil looks for it. */
    Duration rhythm();

    /** Makes it happen; returns when it did. */
    Instant begin() throws Exception;

    /** Undoes it; returns when it was undone. */
    Instant end() throws Exception;

    /** The event that tells of it. */
    boolean told(String event, JsonNode data);

    /** The event that tells that it is over. */
    boolean over(String event, JsonNode data);

    @Override
    void close();
}
