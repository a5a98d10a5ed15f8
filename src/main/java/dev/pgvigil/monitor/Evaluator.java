package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;

/** What an outcome means for one target. Pure. */
final class Evaluator {

    private Evaluator() {}

    /**
     * What is to be recorded. A check that fails once is asked again before that counts; what it found earlier is neither
     * confirmed nor refuted by a failure, and stays.
     *
     * @param reached whether there is a session to the server: else the heartbeat tells what keeps pgvigil out of it
     */
    static <O> List<EvaluationResult> of(ScheduledCheck<O> run, Outcome<O> outcome, Target target, boolean reached) {
        Check<O> check = run.check;
        String name = check.name();
        return switch (outcome) {
            case Outcome.Observed<O> seen ->
                List.of(
                        new EvaluationResult(
                                name,
                                check.debounce(),
                                check.evaluate(seen.value(), run.past(seen.at()), target),
                                seen.at()),
                        new EvaluationResult(unanswered(name), Debounce.AT_ONCE, List.of(), seen.at()));
            case Outcome.Failed<O> failed
            when name.equals(Heartbeat.NAME) ->
                List.of(new EvaluationResult(
                        name, check.debounce(), check.evaluateFailure(failed.failure(), target), failed.at()));
            case Outcome.Failed<O> failed
            when run.failures() > 0 && (reached || !failed.failure().reason().keepsOut()) ->
                List.of(new EvaluationResult(
                        unanswered(name),
                        Debounce.AT_ONCE,
                        check.evaluateFailure(failed.failure(), target),
                        failed.at()));
            case Outcome.Failed<O> firstOrTold -> List.of();
            case Outcome.Skipped<O> skipped ->
                List.of(
                        new EvaluationResult(name, check.debounce(), List.of(), skipped.at()),
                        new EvaluationResult(unanswered(name), Debounce.AT_ONCE, List.of(), skipped.at()));
        };
    }

    /** What is to be recorded when the check cannot judge what it saw. */
    static List<EvaluationResult> defect(Check<?> check, RuntimeException thrown, Instant at, Target target) {
        Failure own = Failure.of(
                Failure.Reason.LOCAL,
                "the check itself failed: " + thrown.getClass().getSimpleName());
        return List.of(new EvaluationResult(
                unanswered(check.name()), Debounce.AT_ONCE, check.evaluateFailure(own, target), at));
    }

    static String unanswered(String check) {
        return check + " unanswered";
    }
}
