package dev.pgvigil.trend;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.store.Series;

/** A series whose trend is told, with what is too little to matter. */
enum Measure {
    RESPONSE_TIME(Series.RESPONSE_TIME, "response time", 2, 5, true),
    CONNECTIONS(Series.CONNECTIONS, "connections", 5, 10, true),
    DATABASE_SIZE(Series.DATABASE_SIZE, "database size", 64 * 1024 * 1024.0, 0, false);

    private final Series series;
    private final String title;
    private final double leastGrowth;
    private final double leastEffect;
    private final boolean anomalous;

    /**
     * A series.
     *
     * @param leastGrowth a day; less is no finding, whatever share of the value it is
     * @param leastEffect distance from what is expected; less is no anomaly
     * @param anomalous whether it is compared with its past at the same hour of the week
     */
    Measure(Series series, String title, double leastGrowth, double leastEffect, boolean anomalous) {
        this.series = series;
        this.title = title;
        this.leastGrowth = leastGrowth;
        this.leastEffect = leastEffect;
        this.anomalous = anomalous;
    }

    Series series() {
        return series;
    }

    String title() {
        return title;
    }

    double leastGrowth() {
        return leastGrowth;
    }

    double leastEffect() {
        return leastEffect;
    }

    boolean anomalous() {
        return anomalous;
    }

    String text(double value) {
        return switch (this) {
            case RESPONSE_TIME -> HumanFormat.milliseconds(value);
            case CONNECTIONS -> HumanFormat.number(Math.round(value * 10) / 10.0);
            case DATABASE_SIZE -> HumanFormat.bytes(value);
        };
    }
}
