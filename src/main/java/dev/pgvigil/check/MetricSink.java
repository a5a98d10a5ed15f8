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

    /**
     * The sink for metrics that the user names: any valid name that does not begin with {@code pgvigil_}; a label of the
     * metric replaces one of the same name that is added.
     */
    default MetricSink foreign() {
        return this;
    }

    /** A value that only grows, as counted by the server. */
    void counter(String name, String help, double value, String... labels);
}
