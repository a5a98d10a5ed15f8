package dev.pgvigil.monitor;

import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Quantity;
import dev.pgvigil.target.Target;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Holds together what is configured of heartbeats in several places: they must be fresh when the next one comes, and those
 * that are slow must still be waited for.
 *
 * @param stale age from which a heartbeat is stale
 * @param answer how long an answer is waited for
 * @param standard interval of the heartbeat unless configured otherwise
 * @param watch the node of the section {@code watch}
 */
record HeartbeatValidator(Duration stale, Duration answer, Duration standard, Node watch) {

    /** Notes each mistake once, where it was written. */
    void compare(List<Target> targets) {
        Map<Node, String> mistakes = new LinkedHashMap<>();
        List<Target> beating = targets.stream()
                .filter(target -> target.runs(HeartbeatResult.CHECK))
                .toList();
        for (Target target : beating) {
            Duration every = target.interval(HeartbeatResult.CHECK, standard);
            if (every.plus(answer).compareTo(stale) >= 0) {
                mistakes.putIfAbsent(
                        place(target, "checks", "every"),
                        "checks.heartbeat.every (" + Quantity.show(every) + ") and " + answerTimeout()
                                + " together must be shorter than watch.stale-after (" + Quantity.show(stale) + ")");
            }
            Duration slow = target.thresholds().duration(HeartbeatResult.SLOW);
            if (slow.compareTo(answer) >= 0) {
                mistakes.putIfAbsent(
                        place(target, "thresholds", "slow"),
                        "thresholds.heartbeat.slow (" + Quantity.show(slow) + ") must be shorter than "
                                + answerTimeout());
            }
        }
        mistakes.forEach(Node::problem);
    }

    private String answerTimeout() {
        return "sessions.answer-timeout (" + Quantity.show(answer) + ")";
    }

    /** The target's own, else the fleet's; where neither is written, what does not fit the default. */
    private Node place(Target target, String section, String key) {
        Node own = watch.beside("targets").child(target.name()).child(section);
        Node answers = watch.beside("sessions").child("answer-timeout");
        return Stream.of(own, watch.beside(section))
                .map(place -> place.child(HeartbeatResult.CHECK).child(key))
                .filter(Node::present)
                .findFirst()
                .orElse(answers.present() ? answers : watch.child("stale-after"));
    }
}
