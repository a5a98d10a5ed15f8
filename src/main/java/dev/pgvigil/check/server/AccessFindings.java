package dev.pgvigil.check.server;

import dev.pgvigil.check.CheckFailure;
import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.target.Target;
import java.util.List;
import java.util.Set;

/** Findings for a database to which pgvigil cannot open a session. Pure. */
final class AccessFindings {

    private AccessFindings() {}

    /** No database, CONNECT not granted, no connections allowed. */
    private static final Set<String> REMOVED_BY_DISCOVERY = Set.of("3D000", "42501", "55000");

    /** None for a discovered database that was dropped or closed: discovery removes the target within its interval. */
    static List<Finding> of(Failure failure, Target target) {
        if (target.isDiscovered() && REMOVED_BY_DISCOVERY.contains(String.valueOf(failure.sqlState()))) {
            return List.of();
        }
        FailureDiagnosis diagnosis = FailureDiagnosis.of(failure, target);
        return List.of(
                switch (diagnosis.key()) {
                    case "connect", "starting", "entrance", "timeout", "refused", "local", "cancelled", "resources" ->
                        CheckFailure.of(Capabilities.NAME, failure, target);
                    case String outside -> finding(diagnosis, failure, target);
                });
    }

    /** Unknown: the database may be healthy, but pgvigil cannot see it. */
    private static Finding finding(FailureDiagnosis diagnosis, Failure failure, Target target) {
        return diagnosis.explain(Finding.of(
                Capabilities.NAME,
                diagnosis.key(),
                Status.UNKNOWN,
                Severity.HIGH,
                diagnosis.title(),
                "No session to database " + target.database() + ": " + failure.message()));
    }
}
