package dev.pgvigil.backup;

import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.check.MetricSink;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The metrics of repositories. What is not known has no series. */
final class BackupMetrics {

    private BackupMetrics() {}

    static void export(List<RepositoryStatus> statuses, Backups config, Instant now, MetricSink metrics) {
        statuses.forEach(status -> export(status, config, now, metrics));
    }

    private static void export(RepositoryStatus status, Backups config, Instant now, MetricSink metrics) {
        Repository repository = status.repository();
        String[] labels = {
            "repository", repository.name(), "target", repository.target() == null ? "" : repository.target()
        };
        metrics.gauge(
                "pgvigil_backup_repository_readable",
                "1 if the repository could be listed the last time.",
                status.current(now, config.scanEvery()) ? 1 : 0,
                labels);
        metrics.gauge(
                "pgvigil_backup_rpo_objective_seconds",
                "The most that may be lost.",
                seconds(repository.rpo()),
                labels);
        metrics.gauge(
                "pgvigil_backup_rto_objective_seconds",
                "The longest that recovery may take.",
                seconds(repository.rto()),
                labels);
        metrics.gauge(
                "pgvigil_backup_max_age_seconds",
                "The oldest that the newest backup may be.",
                seconds(repository.maxAge()),
                labels);
        if (status.scannedAt() == null) {
            return;
        }
        metrics.gauge(
                "pgvigil_backup_count",
                "Backups in the repository.",
                status.backups().size(),
                labels);
        Backup newest = status.newest(now);
        if (newest != null) {
            metrics.gauge(
                    "pgvigil_backup_newest_timestamp_seconds",
                    "Time of the newest backup.",
                    newest.time().toEpochMilli() / 1e3,
                    labels);
        }
        metrics.gauge(
                "pgvigil_backup_damaged", "Backups that are damaged or incomplete.", (double) damaged(status), labels);
        metrics.gauge(
                "pgvigil_backup_missing_restore_points",
                "Restore points that the policy promises and that do not exist.",
                status.missing().size(),
                labels);
        wal(status, metrics, labels);
        proof(status, config, now, metrics, labels);
        RepositoryStatus.CopyState copy = status.copy();
        for (RepositoryStatus.CopyState state :
                copy == null ? new RepositoryStatus.CopyState[0] : RepositoryStatus.CopyState.values()) {
            metrics.gauge(
                    "pgvigil_backup_copy_state",
                    "1 for the state of the copy.",
                    state == copy ? 1 : 0,
                    "repository",
                    repository.name(),
                    "target",
                    labels[3],
                    "state",
                    state.name().toLowerCase(Locale.ROOT));
        }
    }

    private static long damaged(RepositoryStatus status) {
        return status.backups().stream()
                .filter(backup -> {
                    Proof proof = status.proofs().get(backup.id());
                    return !backup.problems().isEmpty() || (proof != null && proof.verdict() == Verdict.FAILED);
                })
                .count();
    }

    private static void wal(RepositoryStatus status, MetricSink metrics, String... labels) {
        if (status.reach() != null) {
            metrics.gauge(
                    "pgvigil_backup_wal_damaged",
                    "1 if archived WAL has a hole or is damaged.",
                    status.reach().damage() == null ? 0 : 1,
                    labels);
            if (status.reach().last() != null) {
                metrics.gauge(
                        "pgvigil_backup_recoverable_timestamp_seconds",
                        "Time of the last commit that can be recovered.",
                        status.reach().last().time().toEpochMilli() / 1e3,
                        labels);
            }
        }
        if (status.exposure() != null) {
            metrics.gauge(
                    "pgvigil_backup_exposure_seconds",
                    "How much would be lost if the server were lost now.",
                    seconds(status.exposure()),
                    labels);
        }
    }

    private static void proof(
            RepositoryStatus status, Backups config, Instant now, MetricSink metrics, String... labels) {
        metrics.gauge(
                "pgvigil_backup_proof_level",
                "What is proven of the best backup: 0 inventoried, 1 intact, 2 starts, 3 recovers, 4 data asserted, 5 copies agree.",
                status.proven(now, config.validFor()).number(),
                labels);
        Proof latest = status.latest();
        if (latest != null) {
            metrics.gauge(
                    "pgvigil_backup_verified_timestamp_seconds",
                    "Time of the last verification.",
                    latest.at().toEpochMilli() / 1e3,
                    labels);
            metrics.gauge(
                    "pgvigil_backup_verification_failed",
                    "1 if the last verification of any backup failed.",
                    status.failing() ? 1 : 0,
                    labels);
        }
        Proof restored = status.latestRestore();
        if (restored != null && restored.recovery() != null) {
            metrics.gauge(
                    "pgvigil_backup_recovery_seconds",
                    "Duration of the last recovery, to the first right answer.",
                    seconds(restored.recovery()),
                    labels);
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
