package dev.pgvigil.check;

import dev.pgvigil.target.Failure;
import dev.pgvigil.target.Target;

/** What to do when a database cannot even be asked what there is. Pure. */
final class FailureAdvice {

    private FailureAdvice() {}

    static Finding of(Failure failure, Target target) {
        Obstacle obstacle = Obstacle.of(failure, target);
        return switch (obstacle.key()) {
            case "connect", "starting", "entrance", "timeout", "refused", "local", "cancelled", "resources" ->
                Unanswered.of(Capabilities.NAME, failure, target);
            case String outside -> finding(obstacle, failure, target);
        };
    }

    /** Unknown: the database may be well, but pgvigil cannot look. */
    private static Finding finding(Obstacle obstacle, Failure failure, Target target) {
        return obstacle.explain(Finding.of(
                Capabilities.NAME,
                obstacle.key(),
                Status.UNKNOWN,
                Severity.HIGH,
                obstacle.title(),
                "No session to database " + target.database() + ": " + failure.message()));
    }
}
