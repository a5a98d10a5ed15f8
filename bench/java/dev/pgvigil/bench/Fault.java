package dev.pgvigil.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/** A fault of a server, and the events by which pgvigil reports it. */
interface Fault extends AutoCloseable {

    String name();

    /** The interval of the check that detects it. */
    Duration interval();

    /** Starts the fault; returns when it took effect. */
    Instant begin() throws Exception;

    /** Ends the fault; returns when it was over. */
    Instant end() throws Exception;

    /** Whether this event reports the fault. */
    boolean reports(String event, JsonNode data);

    /** Whether this event reports its end. */
    boolean reportsEnd(String event, JsonNode data);

    @Override
    void close();
}
