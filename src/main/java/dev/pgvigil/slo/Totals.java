package dev.pgvigil.slo;

/** Seconds since this process observes an objective, by what they were: counters for Prometheus. */
record Totals(long good, long bad, long unknown, long excluded) {

    static final Totals NONE = new Totals(0, 0, 0, 0);

    /** One second more. */
    Totals plus(Second what, boolean maintenance) {
        if (maintenance) {
            return new Totals(good, bad, unknown, excluded + 1);
        }
        return switch (what) {
            case GOOD -> new Totals(good + 1, bad, unknown, excluded);
            case BAD -> new Totals(good, bad + 1, unknown, excluded);
            case UNKNOWN -> plusUnknown(1);
        };
    }

    /** Seconds that nobody looked at. */
    Totals plusUnknown(long seconds) {
        return new Totals(good, bad, unknown + seconds, excluded);
    }
}
