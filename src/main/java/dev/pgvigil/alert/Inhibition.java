package dev.pgvigil.alert;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.advice.Problem;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Suppresses symptoms: whatever else is found of a server that does not answer, and the effects of a cause that fires. A cause is
 * as severe as its worst effect, so that nothing urgent hides behind it.
 *
 * @param reachability checks whose critical finding means that the server does not answer
 */
record Inhibition(CauseAnalysis causes, Set<String> reachability) implements Stage {

    @Override
    public List<Candidate> apply(List<Candidate> alerts, Moment moment) {
        return bySource(byServer(alerts));
    }

    /** The alert of a server that was unreachable stands for the others until it is resolved, so that checks can run again before. */
    private List<Candidate> byServer(List<Candidate> alerts) {
        Map<String, Candidate> unreachable = new HashMap<>();
        for (Candidate one : alerts) {
            if (unreachable(one)) {
                unreachable.putIfAbsent(one.server(), one);
            }
        }
        return alerts.stream()
                .map(one -> {
                    Candidate cause = unreachable.get(one.server());
                    return cause == null || unreachable(one)
                            ? one
                            : one.suppressed(
                                    ActiveAlert.State.INHIBITED, cause.alert().id(), "its server is unreachable");
                })
                .toList();
    }

    private boolean unreachable(Candidate one) {
        return reachability.contains(one.alert().type()) && one.severity() == Severity.CRITICAL;
    }

    private List<Candidate> bySource(List<Candidate> alerts) {
        Map<String, Candidate> byId =
                alerts.stream().collect(toMap(one -> one.alert().fingerprint(), one -> one, (first, _) -> first));
        Map<String, Candidate> changed = new HashMap<>();
        alerts.stream().collect(groupingBy(one -> one.alert().target())).forEach((target, members) -> {
            if (members.size() > 1) {
                for (Problem problem : causes.problems(
                        members.stream().map(one -> one.alert().finding()).toList())) {
                    Candidate cause = byId.get(Alert.fingerprint(target, problem.cause()));
                    if (cause != null) {
                        changed.put(cause.alert().id(), cause.atLeast(problem.severity()));
                        effects(problem, target, byId, cause, changed);
                    }
                }
            }
        });
        return alerts.stream()
                .map(one -> changed.getOrDefault(one.alert().id(), one))
                .toList();
    }

    private static void effects(
            Problem problem,
            String target,
            Map<String, Candidate> byId,
            Candidate cause,
            Map<String, Candidate> changed) {
        problem.chain().stream().skip(1).forEach(step -> {
            Candidate effect = byId.get(Alert.fingerprint(target, step.finding()));
            if (effect != null) {
                changed.put(
                        effect.alert().id(),
                        effect.suppressed(
                                ActiveAlert.State.INHIBITED,
                                cause.alert().id(),
                                "it is an effect of " + cause.alert().finding().key()));
            }
        });
    }
}
