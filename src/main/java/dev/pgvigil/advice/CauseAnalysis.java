package dev.pgvigil.advice;

import static java.util.Comparator.comparing;

import dev.pgvigil.check.CauseRule;
import dev.pgvigil.check.CauseRules;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * Joins findings of one target that have the same cause. The cause rules are the edges of a graph of the open findings; a
 * finding to which no edge leads is a cause, and what can be reached from it are its effects. An effect belongs to the first
 * cause that reaches it, the worst cause first. Pure.
 */
@Singleton
public final class CauseAnalysis {

    private final List<CauseRule> rules;

    public CauseAnalysis(@All List<CauseRules> areas) {
        // By name, because the container injects them in any order.
        this.rules = areas.stream()
                .flatMap(area -> area.rules().stream())
                .sorted(comparing(CauseRule::cause).thenComparing(CauseRule::effect))
                .toList();
    }

    /** The problems of a target that has these findings; each has at least two findings. */
    public List<Problem> problems(List<Finding> findings) {
        Map<Finding, Map<Finding, CauseRule>> effects = new LinkedHashMap<>();
        Set<Finding> caused = new HashSet<>();
        for (Finding cause : findings) {
            for (Finding effect : findings) {
                rules.stream()
                        .filter(rule -> !cause.equals(effect) && rule.connects(cause, effect))
                        .findFirst()
                        .ifPresent(rule -> {
                            effects.computeIfAbsent(cause, key -> new LinkedHashMap<>())
                                    .put(effect, rule);
                            caused.add(effect);
                        });
            }
        }
        Set<Finding> taken = new HashSet<>();
        return effects.keySet().stream()
                .filter(cause -> !caused.contains(cause))
                .sorted(worstFirst())
                .map(cause -> problem(cause, effects, taken))
                .filter(problem -> problem.chain().size() > 1)
                .toList();
    }

    private static Problem problem(Finding cause, Map<Finding, Map<Finding, CauseRule>> effects, Set<Finding> taken) {
        List<Finding> members = new ArrayList<>(List.of(cause));
        List<Problem.Step> chain = new ArrayList<>(List.of(Problem.Step.cause(cause)));
        Queue<Integer> open = new ArrayDeque<>(List.of(0));
        while (!open.isEmpty()) {
            int at = open.remove();
            effects.getOrDefault(members.get(at), Map.of()).forEach((effect, rule) -> {
                if (taken.add(effect)) {
                    open.add(members.size());
                    members.add(effect);
                    chain.add(chain.get(at).to(effect, rule.because()));
                }
            });
        }
        return new Problem(
                cause.key(),
                cause.title(),
                worst(members, comparing(Finding::status)).status(),
                worst(members, comparing(Finding::severity)).severity(),
                cause.observed(),
                cause.action(),
                cause.sql(),
                cause.since(),
                chain);
    }

    private static Finding worst(List<Finding> findings, Comparator<Finding> by) {
        return findings.stream().max(by).orElseThrow();
    }

    private static Comparator<Finding> worstFirst() {
        return comparing(Finding::status, Comparator.<Status>reverseOrder())
                .thenComparing(Finding::severity, Comparator.<Severity>reverseOrder())
                .thenComparing(Finding::key);
    }
}
