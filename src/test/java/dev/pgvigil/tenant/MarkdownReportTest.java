package dev.pgvigil.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.IsolationVerdict.Verdict;
import dev.pgvigil.state.view.CheckState;
import dev.pgvigil.state.view.CheckView;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MarkdownReportTest {

    private static final Instant NOW = Instant.parse("2026-11-29T08:00:00Z");

    @Test
    void namesHoleRoleAndRepairAndEndsWithItsDigest() {
        try (TenantScene scene = TenantScene.of(TenantScene.SHARED_TABLES)) {
            scene.run("create table \"a|b*c\" (tenant_id int not null)", "grant select on \"a|b*c\" to {app}");
            IsolationState state = scene.collect();
            String body = MarkdownReport.body("shop", state, true);

            assertThat(body)
                    .startsWith("# Tenant isolation of shop\n\nVerdict: **violated**.\n")
                    .contains("- **critical** T1 unprotected-table: public.a\\|b\\*c has the tenant column tenant\\_id")
                    .contains("alter table \"public\".\"a|b*c\" enable row level security;")
                    .contains("| public.orgs | enforced, scoped |")
                    .contains("- Layout: rows\n");
            assertThat(MarkdownReport.body("shop", state, true)).isEqualTo(body);
            assertThat(MarkdownReport.body("shop", state, false)).contains("Verdict: **inconclusive**, because");

            assertDigest(report(state, CheckState.OBSERVED));
        }
    }

    @Test
    void endsWithItsDigestWhenTheCheckNoLongerRuns() {
        assertDigest(report(IsolationState.none(NOW), CheckState.FAILED));
        assertDigest(report(inconclusive(), CheckState.FAILED));
    }

    /** What an auditor does with it. */
    private static void assertDigest(IsolationReport report) {
        String document = report.markdown();
        int last = document.lastIndexOf('\n', document.length() - 2) + 1;
        assertThat(document.substring(last))
                .isEqualTo("SHA-256 of the lines above: " + Violation.sha256(document.substring(0, last)) + "\n");
    }

    private static IsolationState inconclusive() {
        IsolationState none = IsolationState.none(NOW);
        return new IsolationState(
                Verdict.INCONCLUSIVE,
                none.kinds(),
                none.certain(),
                none.tenantColumn(),
                none.context(),
                none.evidence(),
                none.coverage(),
                none.roles(),
                none.matrix(),
                none.moreTables(),
                none.violations(),
                none.accepted(),
                none.probes(),
                none.history(),
                none.timeline());
    }

    /** As {@link IsolationReport#of} makes it. */
    private static IsolationReport report(IsolationState state, CheckState check) {
        boolean current = check == CheckState.OBSERVED;
        return new IsolationReport(
                "shop",
                current ? state.verdict() : Verdict.INCONCLUSIVE,
                new CheckView(TenantIsolation.NAME, check, NOW, 0L, 1.0, null, null),
                NOW,
                state,
                Violation.sha256(MarkdownReport.body("shop", state, current)));
    }
}
