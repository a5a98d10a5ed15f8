package dev.pgvigil.check.server;

import dev.pgvigil.check.CheckFailure;
import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.target.Target;

/** What to do when a database cannot even be asked what there is. Pure. */
final class AccessFindings {

    private AccessFindings() {}

    static Finding of(Failure failure, Target target) {
        FailureDiagnosis obstacle = FailureDiagnosis.of(failure, target);
        return switch (obstacle.key()) {
            case "connect", "starting", "entrance", "timeout", "refused", "local", "cancelled", "resources" ->
                CheckFailure.of(Capabilities.NAME, failure, target);
            case String outside -> finding(obstacle, failure, target);
        };
    }

    /** Unknown: the database may be well, but pgvigil cannot look. */
    private static Finding finding(FailureDiagnosis obstacle, Failure failure, Target target) {
        return obstacle.explain(Finding.of(
                Capabilities.NAME,
                obstacle.key(),
                Status.UNKNOWN,
                Severity.HIGH,
                obstacle.title(),
                "No session to database " + target.database() + ": " + failure.message()));
    }
}
