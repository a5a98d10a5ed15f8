package dev.pgvigil.watch;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.Evidence;
import dev.pgvigil.check.Heartbeat;
import dev.pgvigil.target.Failure;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.List;

/** What an outcome means for one target. Pure. */
final class Judgement {

    private Judgement() {}

    /**
     * What is to be recorded. A check that fails once is asked again before that counts; what it found earlier is neither
     * confirmed nor refuted by a failure, and stays.
     *
     * @param reached whether there is a session to the server: else the heartbeat tells what keeps pgvigil out of it
     */
    static <O> List<Recorded> of(Run<O> run, Outcome<O> outcome, Target target, boolean reached) {
        Check<O> check = run.check;
        String name = check.name();
        return switch (outcome) {
            case Outcome.Observed<O> seen ->
                List.of(
                        new Recorded(
                                name,
                                check.evidence(),
                                check.judge(seen.value(), run.past(seen.at()), target),
                                seen.at()),
                        new Recorded(unanswered(name), Evidence.AT_ONCE, List.of(), seen.at()));
            case Outcome.Failed<O> failed
            when name.equals(Heartbeat.NAME) ->
                List.of(new Recorded(
                        name, check.evidence(), check.judgeFailure(failed.failure(), target), failed.at()));
            case Outcome.Failed<O> failed
            when run.failures() > 0 && (reached || !failed.failure().reason().keepsOut()) ->
                List.of(new Recorded(
                        unanswered(name), Evidence.AT_ONCE, check.judgeFailure(failed.failure(), target), failed.at()));
            case Outcome.Failed<O> firstOrTold -> List.of();
            case Outcome.Skipped<O> skipped ->
                List.of(
                        new Recorded(name, check.evidence(), List.of(), skipped.at()),
                        new Recorded(unanswered(name), Evidence.AT_ONCE, List.of(), skipped.at()));
        };
    }

    /** What is to be recorded when the check cannot judge what it saw. */
    static List<Recorded> defect(Check<?> check, RuntimeException thrown, Instant at, Target target) {
        Failure own = Failure.of(
                Failure.Reason.LOCAL,
                "the check itself failed: " + thrown.getClass().getSimpleName());
        return List.of(new Recorded(unanswered(check.name()), Evidence.AT_ONCE, check.judgeFailure(own, target), at));
    }

    static String unanswered(String check) {
        return check + " unanswered";
    }
}
