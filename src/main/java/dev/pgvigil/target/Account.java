package dev.pgvigil.target;

/** What the sessions to one server have come to: connections, attempts, cost. Used from one event loop. */
final class Account {

    final Budget budget = new Budget();

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

    LinkState state() {
        return new LinkState(
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
