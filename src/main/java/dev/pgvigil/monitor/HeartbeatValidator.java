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
 * Validates heartbeat settings across sections: a heartbeat must still be fresh when the next one ends, and the
 * threshold of slow heartbeats must be below the answer timeout.
 *
 * @param stale age from which a heartbeat is stale
 * @param answer timeout of an answer
 * @param standard interval of the heartbeat unless configured otherwise
 * @param section the node of the section {@code watch}
 */
record HeartbeatValidator(Duration stale, Duration answer, Duration standard, Node section) {

    /** Reports each mistake once, at the setting that causes it. */
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

    /**
     * The target's own setting, else that of the fleet. If neither is set, the setting that conflicts with the default.
     */
    private Node place(Target target, String group, String key) {
        Node own = section.beside("targets").child(target.name()).child(group);
        Node answers = section.beside("sessions").child("answer-timeout");
        return Stream.of(own, section.beside(group))
                .map(place -> place.child(HeartbeatResult.CHECK).child(key))
                .filter(Node::present)
                .findFirst()
                .orElse(answers.present() ? answers : section.child("stale-after"));
    }
}
