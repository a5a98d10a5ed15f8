package dev.pgvigil.bench;

import java.time.Duration;
import java.util.LongSummaryStatistics;

/** A monitoring program and its cost on a server. The server must log connections. */
final class Onlooker {

    /** Cost per minute on a server; {@code cpu} is that of all its processes. Times in milliseconds. */
    record Price(
            int major,
            double statements,
            double statementTime,
            double cpu,
            double connectionsAverage,
            long connectionsMost,
            double opened) {}

    private final String who;
    private final String role;
    private final ServerLoad load;
    private final LongSummaryStatistics connections = new LongSummaryStatistics();
    private Duration cpuBefore = Duration.ZERO;
    private long openedBefore;

    Onlooker(String who, String role, ServerLoad load) {
        this.who = who;
        this.role = role;
        this.load = load;
    }

    String who() {
        return who;
    }

    /** Starts to count. */
    void begin() {
        load.server().sql("select pg_stat_statements_reset()");
        openedBefore = load.opened(role);
        cpuBefore = load.cpu();
    }

    /** Counts the open connections; costs the server nothing. */
    void look() {
        connections.accept(load.connections(role));
    }

    Price price(double minutes) {
        // CPU first: the queries for the rest use CPU of the server.
        double cpu = load.cpu().minus(cpuBefore).toNanos() / 1e6;
        ServerLoad.Statements statements = load.statements(role);
        return new Price(
                load.server().major(),
                statements.calls() / minutes,
                statements.milliseconds() / minutes,
                cpu / minutes,
                connections.getAverage(),
                connections.getMax(),
                (load.opened(role) - openedBefore) / minutes);
    }
}
