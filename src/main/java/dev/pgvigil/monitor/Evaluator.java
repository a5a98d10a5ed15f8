package dev.pgvigil.monitor;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.Finding;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;

/** Evaluates an outcome for one target. Pure. */
final class Evaluator {

    private Evaluator() {}

    /**
     * One result for a {@link FindingTracker}.
     *
     * @param source the check, or the fact that it cannot be collected
     */
    record Result(String source, Debounce debounce, List<Finding> findings, Instant at) {}

    /**
     * The results to be tracked. A failed check is repeated before the failure counts. A failure neither confirms nor
     * refutes earlier findings of the check, so they stay open.
     *
     * @param reached whether there is a session to the server; if not, the heartbeat reports the failure to connect
     */
    static <O> List<Result> evaluate(ScheduledCheck<O> run, Outcome<O> outcome, Target target, boolean reached) {
        Check<O> check = run.check;
        String name = check.name();
        Debounce debounce = check.policy().debounce();
        return switch (outcome) {
            case Outcome.Observed<O> observed ->
                List.of(
                        new Result(
                                name,
                                debounce,
                                check.evaluate(observed.value(), run.previous(observed.at()), target),
                                observed.at()),
                        new Result(unanswered(name), Debounce.AT_ONCE, List.of(), observed.at()));
            case Outcome.Failed<O> failed
            when run.heartbeat() ->
                List.of(new Result(name, debounce, check.evaluateFailure(failed.failure(), target), failed.at()));
            case Outcome.Failed<O> failed
            when run.failures() > 0 && (reached || !failed.failure().reason().keepsOut()) ->
                List.of(new Result(
                        unanswered(name),
                        Debounce.AT_ONCE,
                        check.evaluateFailure(failed.failure(), target),
                        failed.at()));
            case Outcome.Failed<O> firstOrReported -> List.of();
            case Outcome.Skipped<O> skipped ->
                List.of(
                        new Result(name, debounce, List.of(), skipped.at()),
                        new Result(unanswered(name), Debounce.AT_ONCE, List.of(), skipped.at()));
        };
    }

    /** The results when the evaluation of the check throws an exception. */
    static List<Result> defect(Check<?> check, RuntimeException thrown, Instant at, Target target) {
        Failure own = Failure.of(
                Failure.Reason.LOCAL,
                "the check itself failed: " + thrown.getClass().getSimpleName());
        return List.of(new Result(unanswered(check.name()), Debounce.AT_ONCE, check.evaluateFailure(own, target), at));
    }

    /** The source that a finding came from. */
    static String source(Finding finding) {
        return finding.key().equals(finding.check() + "/unanswered") ? unanswered(finding.check()) : finding.check();
    }

    static String unanswered(String check) {
        return check + " unanswered";
    }
}
