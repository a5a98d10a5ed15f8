package dev.pgvigil.telemetry;

/** What a family's values do. */
enum Kind {
    GAUGE,
    COUNTER;

    private static final String TOTAL = "_total";

    /** Whether a family of this kind may be called so: counters alone end in {@code _total}. */
    boolean allows(String name) {
        return name.endsWith(TOTAL) == (this == COUNTER);
    }

    /** What a gauge and a counter of one exposition must not share: OpenMetrics cuts {@code _total} off. */
    static String base(String name) {
        return name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
    }
}
