package dev.pgvigil.telemetry;

/** The type of a metric family. */
enum Kind {
    GAUGE,
    COUNTER;

    private static final String TOTAL = "_total";

    /** True if a family of this kind may have this name: only counters end in {@code _total}. */
    boolean allows(String name) {
        return name.endsWith(TOTAL) == (this == COUNTER);
    }

    /** The name that must be unique among gauges and counters: OpenMetrics removes {@code _total}. */
    static String base(String name) {
        return name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
    }
}
