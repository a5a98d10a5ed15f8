package dev.pgvigil.bench;

import dev.pgvigil.alert.AlertStorm;
import java.util.List;

/** Ten thousand findings at once, until a receiver knows all of their alerts, and that they are over. */
final class Storm implements Benchmark {

    @Override
    public String name() {
        return "storm";
    }

    @Override
    public String title() {
        return "10,000 alerts at once, from findings to a receiver";
    }

    @Override
    public Result run(Plan plan) throws Exception {
        int findings = plan.quick() ? 2_000 : 10_000;
        AlertStorm.Took took = AlertStorm.run(findings);
        Result result = new Result();
        result.figure("findings", findings);
        result.figure("firing_ms", took.firing().toMillis());
        result.figure("told_ms", took.told().toMillis());
        result.figure("ended_ms", took.ended().toMillis());
        result.table(
                List.of(
                        "alerts",
                        "all fire s",
                        "receiver knows all s",
                        "receiver knows that all are over s",
                        "notifications"),
                List.of(List.of(
                        Integer.toString(findings),
                        Result.number(took.firing().toMillis() / 1e3),
                        Result.number(took.told().toMillis() / 1e3),
                        Result.number(took.ended().toMillis() / 1e3),
                        Integer.toString(took.notifications()))));
        result.note(
                "The findings of ten checks of each of a thousand targets come at once, in one group for each target, and are"
                        + " sent to an HTTP receiver on loopback. In one process, without a store.");
        return result;
    }
}
