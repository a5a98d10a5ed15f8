package dev.pgvigil.check;

/**
 * Takes a check's figures for Prometheus and OpenTelemetry. Names are {@code pgvigil_*}, in base units, counters end in
 * {@code _total}; the labels {@code server} (and for database checks {@code target} and {@code datname}) are added for
 * the check. Labels never hold texts of queries.
 */
public interface MetricSink {

    /**
     * A figure that rises and falls.
     *
     * @param labels name, value, name, value, …
     */
    void gauge(String name, String help, double value, String... labels);

    /** A figure that only grows, as the server counts it. */
    void counter(String name, String help, double value, String... labels);
}
