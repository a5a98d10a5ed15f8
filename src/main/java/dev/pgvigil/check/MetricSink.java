package dev.pgvigil.check;

/**
 * Receives a check's metrics for Prometheus and OpenTelemetry. Names are {@code pgvigil_*}, in base units, counters end in
 * {@code _total}; the labels {@code server} (and for database checks {@code target} and {@code datname}) are added. Labels
 * never contain query texts.
 */
public interface MetricSink {

    /**
     * A value that rises and falls.
     *
     * @param labels name, value, name, value, …
     */
    void gauge(String name, String help, double value, String... labels);

    /** A value that only grows, as counted by the server. */
    void counter(String name, String help, double value, String... labels);
}
