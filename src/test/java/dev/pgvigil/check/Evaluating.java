package dev.pgvigil.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.config.Secret;
import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import dev.pgvigil.target.CheckSetting;
import dev.pgvigil.target.Exemption;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Thresholds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Evaluates observations, and asserts that every finding is complete. */
public final class Evaluating {

    public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private Evaluating() {}

    /** A target with its own thresholds, by key and in base units. */
    public static Target target(String database, Map<String, Double> thresholds) {
        Server server = new Server("db1.internal", 5432, "pgvigil", new Secret("hidden"), Tls.PREFER);
        return new Target(
                "shop", server, database, "", ExpectedRole.ANY, Map.of(), new Thresholds(thresholds), Map.of(), null);
    }

    public static Target target(String database) {
        return target(database, Map.of());
    }

    /** A target whose configuration exempts sessions from that check. */
    public static Target exempting(Target target, String check, Exemption... exemptions) {
        return new Target(
                target.name(),
                target.server(),
                target.database(),
                target.region(),
                target.role(),
                target.tags(),
                target.thresholds(),
                Map.of(check, new CheckSetting(true, null, List.of(exemptions))),
                target.discovery());
    }

    /** The findings of a first observation; asserts that each is complete. */
    public static <O> List<Finding> evaluate(Check<O> check, O observed, Target target) {
        List<Finding> findings = check.evaluate(observed, Previous.none(NOW), target);
        findings.forEach(finding -> complete(check, finding));
        return findings;
    }

    /** The only finding. */
    public static <O> Finding one(Check<O> check, O observed, Target target) {
        List<Finding> findings = evaluate(check, observed, target);
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    public static void complete(Check<?> check, Finding finding) {
        assertThat(finding.check()).isEqualTo(check.name());
        assertThat(finding.key()).matches(check.name() + "/[a-z-]+(/[a-zA-Z0-9_]+)?");
        assertThat(List.of(finding.title(), finding.observed()))
                .allSatisfy(text -> assertThat(text).isNotBlank());
        assertThat(finding.cause()).isNotBlank();
        assertThat(finding.action()).isNotBlank();
        if (advises(finding)) {
            assertThat(finding.expectedEffect()).as(finding.key()).isNotBlank();
        }
        assertThat(finding.title()).hasSizeLessThan(80);
        assertThat(finding.evidence()).hasSizeLessThanOrEqualTo(EvidenceRow.MOST);
        assertThat(finding.evidence())
                .allSatisfy(row -> assertThat(row.keySet()).allMatch(key -> key.matches("[a-z_]+")));
        assertThat(finding.toString()).doesNotContain("hidden");
    }

    /** Whether it proposes a change; what only happened, or ends by itself, does not. */
    private static boolean advises(Finding finding) {
        return finding.status() == Status.HEALTHY
                && finding.action() != null
                && !finding.action().startsWith("None")
                && !Set.of("lifecycle/promoted", "overhead/stretch").contains(finding.key());
    }
}
