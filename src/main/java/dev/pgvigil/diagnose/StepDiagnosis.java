package dev.pgvigil.diagnose;

import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.diagnose.DiagnosticsView.Certificate;
import dev.pgvigil.diagnose.DiagnosticsView.Step;
import dev.pgvigil.diagnose.DiagnosticsView.StepName;
import dev.pgvigil.diagnose.DiagnosticsView.StepResult;
import dev.pgvigil.postgres.ConnectTrace;
import dev.pgvigil.postgres.ConnectTrace.Result;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.postgres.Failure.Reason;
import dev.pgvigil.target.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The likely cause of a failed step, and what to do about it. Pure. */
final class StepDiagnosis {

    /** A certificate that expires within so many days is pointed out. */
    static final int EXPIRES_SOON = 14;

    private final Target target;
    private final List<Certificate> certificates;

    StepDiagnosis(Target target, List<Certificate> certificates) {
        this.target = target;
        this.certificates = certificates;
    }

    Step step(ConnectTrace.Step step) {
        StepName name = StepName.valueOf(step.stage().name());
        return switch (step.result()) {
            case Result.Done(var took, var message) -> {
                Step done = Step.of(name, StepResult.OK, took, message);
                yield name == StepName.TLS ? expiry(done) : done;
            }
            case Result.Failed(var took, var failure) ->
                advised(Step.of(name, StepResult.FAILED, took, failure.message()), failure, of(name, failure));
            case Result.Skipped(var message, var failure) -> {
                Step skipped = Step.of(name, StepResult.SKIPPED, null, message);
                yield failure == null ? skipped : advised(skipped, failure, FailureDiagnosis.of(failure, target));
            }
        };
    }

    private static Step advised(Step step, Failure failure, FailureDiagnosis diagnosis) {
        return new Step(
                step.step(),
                step.result(),
                step.tookMs(),
                step.message(),
                failure.sqlState(),
                diagnosis.cause(),
                diagnosis.action(),
                diagnosis.sql());
    }

    private FailureDiagnosis of(StepName step, Failure failure) {
        return switch (step) {
            case DNS -> failure.reason() == Reason.LOCAL ? FailureDiagnosis.of(failure, target) : unresolved(failure);
            case TCP -> failure.reason() == Reason.LOCAL ? FailureDiagnosis.of(failure, target) : unreachable(failure);
            case QUERY -> unanswered(failure);
            case CONFIGURATION, TLS, AUTHENTICATION -> FailureDiagnosis.of(failure, target);
        };
    }

    private FailureDiagnosis unresolved(Failure failure) {
        String host = target.server().host();
        return failure.reason() == Reason.TIMEOUT
                ? advice(
                        "dns",
                        "The resolver that pgvigil's host uses does not answer.",
                        "Check the resolver in /etc/resolv.conf, and DNS in the cluster, from where pgvigil runs.")
                : advice(
                        "dns",
                        "The name " + host + " does not exist, or the resolver that pgvigil's host uses does not know "
                                + "it.",
                        "Check the host in the target's URL. Where pgvigil runs, try: getent hosts " + host);
    }

    private FailureDiagnosis unreachable(Failure failure) {
        String port = String.valueOf(target.server().port());
        return failure.reason() == Reason.TIMEOUT
                ? advice(
                        "tcp",
                        "A firewall, security group or network policy drops the packets, the host is down, or the "
                                + "address is wrong.",
                        "Allow TCP from pgvigil to port " + port + " of that address. If others reach it, check the "
                                + "rules for pgvigil's address; otherwise check the host.")
                : advice(
                        "tcp",
                        "Nothing listens at port " + port + " of that address, or a firewall rejects the connection.",
                        "Start the server. If it is running, check the port in the target's URL, listen_addresses, "
                                + "and firewalls.");
    }

    /** The server let pgvigil in: what fails now is the database, the session or the query. */
    private FailureDiagnosis unanswered(Failure failure) {
        boolean locked = "55P03".equals(failure.sqlState());
        return failure.reason() == Reason.TIMEOUT && (locked || "57014".equals(failure.sqlState()))
                ? new FailureDiagnosis(
                        "query",
                        "query not answered in time",
                        locked
                                ? "Another session holds a lock on a system catalog."
                                : "The server is too busy to answer, or a lock on a system catalog holds it up.",
                        "End the session that holds the lock, if it is not wanted. Sessions with exclusive locks on "
                                + "system catalogs:",
                        "select a.pid, a.usename, a.application_name, l.relation::regclass, l.mode, a.query from "
                                + "pg_locks l join pg_stat_activity a using (pid) where l.granted and l.relation < 16384 "
                                + "and l.mode = 'AccessExclusiveLock'")
                : FailureDiagnosis.of(failure, target);
    }

    private static FailureDiagnosis advice(String key, String cause, String action) {
        return new FailureDiagnosis(key, key, cause, action, null);
    }

    /** A handshake that succeeds today may fail soon; without verification it succeeds even afterwards. */
    private Step expiry(Step step) {
        Certificate own = soonest();
        if (own == null || own.daysLeft() >= EXPIRES_SOON) {
            return step;
        }
        return new Step(
                step.step(),
                step.result(),
                step.tookMs(),
                step.message() + ", but the certificate of " + own.subject()
                        + (own.daysLeft() < 0
                                ? " expired at " + own.expiresAt()
                                : " expires in " + HumanFormat.count(own.daysLeft(), "day")),
                null,
                own.daysLeft() < 0
                        ? "The certificate has expired. This sslmode does not verify it; clients that do are refused."
                        : "Clients that verify the certificate will be refused from " + own.expiresAt() + " on.",
                "Renew the certificate and reload the server's configuration.",
                "select pg_reload_conf()");
    }

    private @Nullable Certificate soonest() {
        return certificates.stream()
                .min((one, other) -> one.expiresAt().compareTo(other.expiresAt()))
                .orElse(null);
    }
}
