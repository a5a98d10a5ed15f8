package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.state.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What can be shown to an auditor.
 *
 * @param compliant whether every repository is
 * @param audit whether the record of verifications is kept and unchanged
 */
@Schema(name = "BackupComplianceReport")
record ComplianceReport(Instant timestamp, boolean compliant, String audit, List<Entry> repositories) {

    /**
     * A repository.
     *
     * @param compliant whether recovery is proven, its objectives are met, and nothing is wrong; what is not known is not compliant
     * @param findings what speaks against it
     */
    @Schema(name = "BackupCompliance")
    record Entry(
            String repository,
            @Nullable String target,
            boolean compliant,
            int backups,
            @Nullable String newest,
            @Nullable Instant newestAt,
            String proofLevel,
            @Nullable Instant verifiedAt,
            double rpoObjectiveSeconds,
            @Nullable Double exposureSeconds,
            double rtoObjectiveSeconds,
            @Nullable Double recoverySeconds,
            List<String> missingRestorePoints,
            List<String> findings) {}

    static ComplianceReport of(List<RepositoryStatus> statuses, Backups config, String audit, Instant now) {
        List<Entry> entries =
                statuses.stream().map(status -> entry(status, config, now)).toList();
        return new ComplianceReport(
                SteadyClock.shown(now),
                !entries.isEmpty() && entries.stream().allMatch(Entry::compliant),
                audit,
                entries);
    }

    private static Entry entry(RepositoryStatus status, Backups config, Instant now) {
        Repository repository = status.repository();
        Backup newest = status.newest();
        Proof latest = status.latest();
        Proof restored = status.latestRestore();
        ProofLevel level = status.proven(now, config.validFor());
        // Dumps have no WAL, and are not recovered to a moment.
        boolean physical = newest != null && newest.physical();
        boolean proven = level.compareTo(physical ? ProofLevel.RECOVERS : ProofLevel.INTACT) >= 0;
        boolean exposed =
                physical && (status.exposure() == null || status.exposure().compareTo(repository.rpo()) > 0);
        return new Entry(
                repository.name(),
                repository.target(),
                status.current(now, config.scanEvery())
                        && newest != null
                        && proven
                        && !exposed
                        && status.findings().isEmpty(),
                status.backups().size(),
                newest == null ? null : newest.id(),
                newest == null ? null : newest.time(),
                BackupsView.lower(level),
                latest == null ? null : latest.at(),
                BackupsView.seconds(repository.rpo()),
                status.exposure() == null ? null : BackupsView.seconds(status.exposure()),
                BackupsView.seconds(repository.rto()),
                restored == null || restored.recovery() == null ? null : BackupsView.seconds(restored.recovery()),
                status.missing(),
                status.findings().stream().map(ComplianceReport::text).toList());
    }

    private static String text(Finding finding) {
        return finding.title() + ": " + finding.observed();
    }

    /** The report for people. */
    String markdown() {
        StringBuilder text = new StringBuilder("# Backups: compliance report\n\nMade at ")
                .append(timestamp)
                .append(". ")
                .append(compliant ? "Every repository is compliant." : "Not every repository is compliant.")
                .append(" Record of verifications: ")
                .append(audit)
                .append(
                        ".\n\n| Repository | Database | Compliant | Proven | Verified | Loss now | Objective | Recovery | Objective |\n")
                .append("|---|---|---|---|---|---|---|---|---|\n");
        for (Entry entry : repositories) {
            text.append("| ")
                    .append(String.join(
                            " | ",
                            cell(entry.repository),
                            cell(entry.target),
                            entry.compliant ? "yes" : "**no**",
                            entry.proofLevel.replace('_', ' '),
                            cell(entry.verifiedAt),
                            duration(entry.exposureSeconds),
                            duration(entry.rpoObjectiveSeconds),
                            duration(entry.recoverySeconds),
                            duration(entry.rtoObjectiveSeconds)))
                    .append(" |\n");
        }
        for (Entry entry : repositories) {
            if (!entry.findings.isEmpty()) {
                text.append("\n## ").append(cell(entry.repository)).append("\n\n");
                entry.findings.forEach(
                        finding -> text.append("- ").append(cell(finding)).append('\n'));
            }
        }
        return text.toString();
    }

    private static String cell(@Nullable Object value) {
        return value == null ? "unknown" : String.valueOf(value).replaceAll("[|\\r\\n<>]", " ");
    }

    private static String duration(@Nullable Double seconds) {
        return seconds == null
                ? "unknown"
                : HumanFormat.seconds(
                        Duration.ofMillis(Math.round(seconds * 1000)).toMillis() / 1e3);
    }
}
