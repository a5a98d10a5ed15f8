package dev.pgvigil.check;

import dev.pgvigil.target.Failure;
import java.util.List;

/** A check that gets no answer on a server that is there: what it looks after is not known to be well. Pure. */
final class Unanswered {

    private Unanswered() {}

    /** Nothing where others tell the reason: the heartbeat what keeps pgvigil out, the capabilities what is missing. */
    static List<Finding> of(String check, Failure failure) {
        Obstacle obstacle = Obstacle.ofStatement(failure);
        if (obstacle != null) {
            return List.of(obstacle.explain(finding(check, Severity.MEDIUM, failure)));
        }
        return switch (failure.reason()) {
            case CONNECT, CAPACITY, AUTH, TLS, PERMISSION, UNSUPPORTED -> List.of();
            case TIMEOUT ->
                List.of(finding(check, Severity.MEDIUM, failure)
                        .cause("The server is too busy to answer it in time, or its catalogue is locked.")
                        .action("Look at the server's load and at locks on system catalogues; where the answer always "
                                + "takes long, raise sessions.slow-statement-timeout."));
            case QUERY, LOCAL ->
                List.of(finding(check, Severity.LOW, failure)
                        .cause("The server answers this check otherwise than pgvigil expects.")
                        .action("Look at the server's log at this time, and report it to pgvigil with the version."));
        };
    }

    private static Finding finding(String check, Severity severity, Failure failure) {
        return Finding.of(
                check,
                "unanswered",
                Status.DEGRADED,
                severity,
                "Check " + check + " is not answered",
                failure.message());
    }
}
