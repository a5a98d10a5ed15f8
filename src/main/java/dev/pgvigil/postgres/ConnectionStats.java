package dev.pgvigil.postgres;

/** Counts connections, attempts and cost of the sessions to one server. Used from one event loop. */
final class ConnectionStats {

    final ConnectionBudget budget = new ConnectionBudget();

    private final CostMeter cost = new CostMeter();
    private long connects;
    private long failures;
    private long abandoned;
    private double stretch = 1;

    void connected() {
        connects++;
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
        cost.add(nanos, System.nanoTime());
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
