package dev.pgvigil.postgres;

import java.time.Duration;

/** Counts connections, attempts and cost of the sessions to one server. Used from one event loop. */
final class ConnectionStats {

    /**
     * What a connect costs a server at most: forking a process, TLS, SCRAM and the caches of a new backend, of which only the
     * total time is known, and that includes waiting for pgvigil and the network. Measured: docs/checks/overhead.md.
     */
    private static final Duration MOST_OF_A_CONNECT = Duration.ofMillis(10);

    final ConnectionBudget budget = new ConnectionBudget();

    private final CostMeter cost = new CostMeter();
    private long connects;
    private long failures;
    private long abandoned;
    private double stretch = 1;

    /**
     * Counts a session that was opened.
     *
     * @param processNanos the age of its server process at its first statement
     */
    void connected(long processNanos) {
        connects++;
        cost.add(Math.clamp(processNanos, 0, MOST_OF_A_CONNECT.toNanos()), System.nanoTime());
    }

    void failed() {
        failures++;
    }

    void abandoned() {
        abandoned++;
    }

    void stretched(double factor) {
        stretch = factor;
    }

    void spent(long nanos) {
        cost.addStatement(nanos, System.nanoTime());
    }

    ConnectionState state() {
        return new ConnectionState(
                budget.open(),
                budget.emergency(),
                connects,
                failures,
                abandoned,
                cost.ratio(System.nanoTime()),
                cost.seconds(),
                cost.statements(),
                stretch);
    }
}
