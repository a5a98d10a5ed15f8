package dev.pgvigil.dashboard;

import dev.pgvigil.advice.Problem;
import java.util.List;

/**
 * A problem as texts: the chain from its cause to its last effect.
 *
 * @param steps the cause first
 */
record ProblemCard(String key, String status, String title, String action, List<Step> steps) {

    /**
     * One finding of the chain.
     *
     * @param because how the finding before leads to it; empty for the cause
     */
    record Step(String finding, String title, String status, int depth, String because) {}

    static ProblemCard of(Problem problem) {
        return new ProblemCard(
                problem.cause(),
                TextFormat.lower(problem.status()),
                problem.title(),
                problem.action() == null ? "" : problem.action(),
                problem.chain().stream()
                        .map(step -> new Step(
                                step.finding(),
                                step.title(),
                                TextFormat.lower(step.status()),
                                step.depth(),
                                step.because() == null ? "" : step.because()))
                        .toList());
    }
}
