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
                        .cause("The server is reachable, but the session of this check is refused or lost.")
                        .action("Check the server's log at this time, and any firewall or proxy between pgvigil and "
                                + "the server.");
            case PERMISSION ->
                finding(check, Severity.MEDIUM, failure)
                        .cause("A default privilege on the object that the error names was revoked from PUBLIC or "
                                + "pg_monitor.")
                        .action("Grant it to " + target.server().user()
                                + " as a superuser, in each monitored database of the server: SELECT on a "
                                + "system table or view, EXECUTE on a function.");
            case UNSUPPORTED ->
                finding(check, Severity.MEDIUM, failure)
                        .cause("The server does not have the object that the error names: its version is not "
                                + "supported, or it is not PostgreSQL.")
                        .action("Upgrade pgvigil. Until then, disable the check with checks." + check
                                + ".enabled: false.");
            case TIMEOUT ->
                finding(check, Severity.MEDIUM, failure)
                        .cause("The server is too busy to answer in time, or system catalogs are locked.")
                        .action("Check the server's load and locks on system catalogs; if the query always takes "
                                + "long, raise "
                                + "sessions.slow-statement-timeout.");
            case QUERY ->
                finding(check, Severity.LOW, failure)
                        .cause("pgvigil did not expect this error or result.")
                        .action("Check the server's log at this time. Report the error to the pgvigil project with "
                                + "the server's version.");
            case LOCAL ->
                finding(check, Severity.LOW, failure)
                        .cause("The failure is in pgvigil: the check has a defect, or pgvigil ran out of files or "
                                + "connections.")
                        .action("Check pgvigil's log at this time. Report a defect to the pgvigil project with the "
                                + "server's version.");
        };
    }

    private static Finding finding(String check, Severity severity, Failure failure) {
        return Finding.of(
                check, "unanswered", Status.DEGRADED, severity, "Check " + check + " fails", failure.message());
    }
}
