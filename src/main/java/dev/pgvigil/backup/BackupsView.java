package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.verify.Verification;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.Finding;
import dev.pgvigil.state.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * All repositories.
 *
 * @param audit {@code off}, {@code ok}, or why results are not kept
 */
@Schema(name = "Backups")
record BackupsView(Instant timestamp, String audit, List<RepositoryView> repositories) {

    private static final int MOST_BACKUPS = 500;
    private static final int MOST_TEXTS = 20;

    /**
     * A repository.
     *
     * @param exposureSeconds how much would be lost if the server were lost now
     * @param recoverableUntil the last commit that can be recovered
     * @param copyState {@code consistent}, {@code lagging}, {@code drifted} or {@code broken}; null: it is no copy
     * @param more backups beyond the limit of the list
     */
    @Schema(name = "BackupRepository")
    record RepositoryView(
            String name,
            String location,
            @Nullable String target,
            @Nullable Instant scannedAt,
            @Nullable String error,
            double rpoSeconds,
            double rtoSeconds,
            @Nullable Double exposureSeconds,
            @Nullable Instant recoverableUntil,
            @Nullable String walDamage,
            List<ArchiveView> archives,
            List<String> missingRestorePoints,
            @Nullable String copyOf,
            @Nullable String copyState,
            List<Finding> findings,
            List<BackupView> backups,
            int more) {}

    /** An archive of WAL. */
    @Schema(name = "WalArchive")
    record ArchiveView(
            String directory,
            int segments,
            long bytes,
            @Nullable String first,
            @Nullable String last) {}

    /**
     * A backup, and what is proven of it.
     *
     * @param proofLevel {@code inventoried} to {@code copies_agree}: the highest level whose proof has not expired
     * @param verdict of the last verification; null: there was none
     */
    @Schema(name = "Backup")
    record BackupView(
            String id,
            String tool,
            String layout,
            String kind,
            @Nullable String parent,
            @Nullable String systemIdentifier,
            @Nullable Integer major,
            @Nullable Integer timeline,
            @Nullable String startLsn,
            @Nullable String stopLsn,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            long bytes,
            int files,
            @Nullable String database,
            String state,
            List<String> problems,
            String proofLevel,
            @Nullable String verdict,
            @Nullable Instant verifiedAt,
            @Nullable Instant proofExpiresAt,
            List<String> damages,
            @Nullable String reason,
            @Nullable DrillView drill) {}

    /** The last drill of a backup. */
    @Schema(name = "BackupDrill")
    record DrillView(
            String verdict,
            @Nullable String level,
            @Nullable Instant recoveredTo,
            @Nullable Double recoverySeconds,
            Map<String, Double> phaseSeconds,
            long tables,
            long rows,
            List<String> failures,
            List<String> notes) {}

    static BackupsView of(List<RepositoryStatus> statuses, Backups config, String audit, Instant now) {
        return new BackupsView(
                SteadyClock.shown(now),
                audit,
                statuses.stream().map(status -> repository(status, config, now)).toList());
    }

    static RepositoryView repository(RepositoryStatus status, Backups config, Instant now) {
        Repository repository = status.repository();
        Reach reach = status.reach();
        List<WalArchive> archives =
                status.inventory() == null ? List.of() : status.inventory().archives();
        return new RepositoryView(
                repository.name(),
                repository.path().toString(),
                repository.target(),
                status.scannedAt(),
                status.error(),
                seconds(repository.rpo()),
                seconds(repository.rto()),
                status.exposure() == null ? null : seconds(status.exposure()),
                reach == null || reach.last() == null ? null : reach.last().time(),
                reach == null || reach.damage() == null ? null : reach.damage().toString(),
                archives.stream()
                        .limit(MOST_TEXTS)
                        .map(archive -> new ArchiveView(
                                archive.directory(), archive.size(), archive.bytes(), archive.first(), archive.last()))
                        .toList(),
                status.missing(),
                repository.copyOf(),
                status.copy() == null ? null : lower(status.copy()),
                status.findings(),
                status.backups().stream()
                        .limit(MOST_BACKUPS)
                        .map(backup -> backup(backup, status.proofs().get(backup.id()), config, now))
                        .toList(),
                Math.max(0, status.backups().size() - MOST_BACKUPS));
    }

    private static BackupView backup(Backup backup, @Nullable Proof proof, Backups config, Instant now) {
        Verification verification = proof == null ? null : proof.verification();
        return new BackupView(
                backup.id(),
                lower(backup.tool()),
                lower(backup.layout()),
                lower(backup.kind()),
                backup.parent(),
                backup.system(),
                backup.major() == 0 ? null : backup.major(),
                backup.timeline() == 0 ? null : backup.timeline(),
                backup.start() == null ? null : backup.start().toString(),
                backup.stop() == null ? null : backup.stop().toString(),
                backup.started(),
                backup.finished(),
                backup.bytes(),
                backup.files(),
                backup.database(),
                backup.state(),
                texts(backup.problems()),
                lower(proof == null ? ProofLevel.INVENTORIED : proof.level(now, config.validFor())),
                proof == null ? null : lower(proof.verdict()),
                proof == null ? null : proof.at(),
                proof == null || proof.level() == null ? null : proof.at().plus(config.validFor()),
                verification == null ? List.of() : texts(verification.damages()),
                verification == null || verification.reason().isEmpty() ? null : verification.reason(),
                proof == null || proof.drill() == null ? null : drill(proof.drill()));
    }

    private static DrillView drill(DrillResult drill) {
        Map<String, Double> phases = new LinkedHashMap<>();
        drill.phases().forEach((name, took) -> phases.put(name, seconds(took)));
        return new DrillView(
                lower(drill.verdict()),
                drill.level() == null ? null : lower(drill.level()),
                drill.moment(),
                drill.recovery() == null ? null : seconds(drill.recovery()),
                phases,
                drill.tables(),
                drill.rows(),
                drill.failures(),
                drill.notes());
    }

    private static List<String> texts(List<Damage> damages) {
        List<String> texts = new ArrayList<>();
        damages.stream().limit(MOST_TEXTS).forEach(damage -> texts.add(damage.toString()));
        return texts;
    }

    static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
