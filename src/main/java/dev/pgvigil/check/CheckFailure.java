package dev.pgvigil.check;

import dev.pgvigil.postgres.Failure;
import dev.pgvigil.target.Target;

/** The finding of a check that fails although the server is reachable: its subject is not known to be healthy. Pure. */
public final class CheckFailure {

    private CheckFailure() {}

    /** The finding for this failure, also if a dedicated session is refused while the shared session is open. */
    public static Finding of(String check, Failure failure, Target target) {
        FailureDiagnosis diagnosis = FailureDiagnosis.ofStatement(failure);
        if (diagnosis != null) {
            return diagnosis.explain(finding(check, Severity.MEDIUM, failure));
        }
        return switch (failure.reason()) {
            case CAPACITY, AUTH, TLS ->
                FailureDiagnosis.of(failure, target).explain(finding(check, Severity.MEDIUM, failure));
            case CONNECT ->
                finding(check, Severity.MEDIUM, failure)
                        .cause("The server is there, but the session in which it is asked is refused or lost.")
                        .action(
                                "Look at the server's log at this time, and at what stands between, such as a firewall.");
            case PERMISSION ->
                finding(check, Severity.MEDIUM, failure)
                        .cause(
                                "What the answer names was revoked: by default every role may read it, or pg_monitor may.")
                        .action("Grant it to " + target.server().user()
                                + " as a superuser, in each database that pgvigil "
                                + "watches there: SELECT on a table or view of the catalogue, EXECUTE on a function.");
            case UNSUPPORTED ->
                finding(check, Severity.MEDIUM, failure)
                        .cause(
                                "The server does not have the object that the error names: its version is not supported, or it "
                                        + "is another product.")
                        .action("Look for a pgvigil that knows this version. Until then checks." + check
                                + ".enabled: false disables the check.");
            case TIMEOUT ->
                finding(check, Severity.MEDIUM, failure)
                        .cause("The server is too busy to answer it in time, or its catalogue is locked.")
                        .action(
                                "Check the server's load and locks on system catalogs; if the query always takes long, raise "
                                        + "sessions.slow-statement-timeout.");
            case QUERY ->
                finding(check, Severity.LOW, failure)
                        .cause("The server answers this check otherwise than pgvigil expects.")
                        .action("Look at the server's log at this time, and report it to pgvigil with the version.");
            case LOCAL ->
                finding(check, Severity.LOW, failure)
                        .cause(
                                "It is pgvigil's own fault: the check has a defect, or files or connections have run out.")
                        .action(
                                "Look at pgvigil's log at this time. Report a defect to pgvigil with the server's version.");
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
