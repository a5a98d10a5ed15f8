package dev.pgvigil.slo;

import java.time.Duration;

/** A window over which a burn rate is computed, and the tier of the ring that holds it. */
enum Span {
    M5("5m", Duration.ofMinutes(5), 0),
    M30("30m", Duration.ofMinutes(30), 0),
    H1("1h", Duration.ofHours(1), 0),
    H2("2h", Duration.ofHours(2), 1),
    H6("6h", Duration.ofHours(6), 1),
    D1("1d", Duration.ofDays(1), 2),
    D3("3d", Duration.ofDays(3), 2);

    private final String text;
    private final int seconds;
    private final int tier;

    Span(String text, Duration duration, int tier) {
        this.text = text;
        this.seconds = (int) duration.toSeconds();
        this.tier = tier;
    }

    int seconds() {
        return seconds;
    }

    int tier() {
        return tier;
    }

    /** As in Prometheus: {@code 5m}. */
    @Override
    public String toString() {
        return text;
    }
}
