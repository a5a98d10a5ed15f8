package dev.pgvigil.tenant;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.CheckState;
import dev.pgvigil.state.view.CheckView;
import dev.pgvigil.state.view.PointInTimeView;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The report on the isolation of the tenants of a database, for auditors and programs. */
@Schema(name = "TenantIsolation")
public record IsolationReport(
        String databaseName,

        @Schema(description = "inconclusive while there is no current observation")
        Verdict verdict,

        CheckView check,

        @Nullable @Schema(description = "time of the observation; null: none yet, see check.state")
        Instant observedAt,

        @Nullable IsolationState observed,

        @Nullable
        @Schema(
                description =
                        "SHA-256 of the Markdown report without its last line; it shows that a copy was not edited by accident, and is no signature")
        String digest) {

    static IsolationReport of(TargetState target, PointInTimeView view) {
        Outcome<?> outcome = view.outcome(target, TenantIsolation.NAME);
        Outcome.Observed<?> latest = switch (outcome) {
            case Outcome.Observed<?> observed -> observed;
            case Outcome.Failed<?> failed -> failed.last();
            case Outcome.Skipped<?> skipped -> null;
            case null -> null;
        };
        IsolationState state = latest != null && latest.value() instanceof IsolationState known ? known : null;
        boolean current = outcome instanceof Outcome.Observed<?>;
        String name = target.target().name();
        return new IsolationReport(
                name,
                current && state != null ? state.verdict() : Verdict.INCONCLUSIVE,
                CheckView.of(TenantIsolation.NAME, target, view),
                latest == null ? null : latest.at(),
                state,
                state == null ? null : Violation.sha256(MarkdownReport.body(name, state, current)));
    }

    /** The Markdown document, with the digest in its last line. */
    String markdown() {
        IsolationState state = observed;
        return state == null
                ? "# Tenant isolation of " + databaseName + "\n\nNo observation yet: verdict inconclusive.\n"
                : MarkdownReport.body(databaseName, state, check.state() == CheckState.OBSERVED)
                        + "SHA-256 of the lines above: " + digest + "\n";
    }
}
