package dev.pgvigil.backup;

import dev.pgvigil.backup.RepositoryStatus.CopyState;
import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.Verification;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Evaluates a repository. Pure. */
final class BackupFindings {

    /** The name of the feature in findings. */
    static final String CHECK = "backups";

    /** A run may take so long before it is missed. */
    private static final Duration LATE = Duration.ofHours(2);

    private final RepositoryStatus status;
    private final Backups config;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private BackupFindings(RepositoryStatus status, Backups config, Instant now) {
        this.status = status;
        this.config = config;
        this.now = now;
    }

    static List<Finding> of(RepositoryStatus status, Backups config, Instant now) {
        return new BackupFindings(status, config, now).all();
    }

    private List<Finding> all() {
        String error = status.error();
        if (error != null) {
            add("unreadable", Status.UNKNOWN, Severity.HIGH, "repository cannot be read", error)
                    .with(
                            "The directory is gone, not mounted, or pgvigil may not read it.",
                            "Make the repository readable; until then nothing is known of its backups.");
            return findings;
        }
        if (status.scannedAt() == null) {
            return findings;
        }
        Backup newest = status.newest();
        if (newest == null) {
            add("none", Status.DEGRADED, Severity.CRITICAL, "no backup", "the repository has no backup")
                    .with("None was made, or its directory was deleted.", "Make a backup now.");
            return findings;
        }
        age();
        damaged();
        exposure();
        proven(newest);
        retention();
        copy();
        return findings;
    }

    private void age() {
        Backup newest = status.newest(now);
        Duration age = newest == null ? null : Duration.between(newest.time(), now);
        if (age == null || age.compareTo(status.repository().maxAge()) > 0) {
            add(
                            "old",
                            Status.DEGRADED,
                            Severity.HIGH,
                            "newest backup is old",
                            newest == null || age == null
                                    ? "every backup is dated in the future"
                                    : "the newest backup, " + newest.id() + ", is " + text(age) + " old")
                    .threshold(text(status.repository().maxAge()))
                    .with("The job that makes backups fails or does not run.", "Look at the job's log; run it.");
        }
    }

    private void damaged() {
        List<String> damaged = new ArrayList<>();
        for (Backup backup : status.backups()) {
            Proof proof = status.proofs().get(backup.id());
            if (!backup.problems().isEmpty()) {
                damaged.add(backup.problems().getFirst().toString());
            } else if (proof != null && proof.level() == null && proof.verdict() == Verdict.FAILED) {
                Verification verification = proof.verification();
                damaged.add(
                        verification == null || verification.damages().isEmpty()
                                ? backup.id()
                                : verification.damages().getFirst().toString());
            }
        }
        if (!damaged.isEmpty()) {
            add(
                            "damaged",
                            Status.DEGRADED,
                            Severity.HIGH,
                            "backups are damaged or incomplete",
                            damaged.size() + " of " + status.backups().size() + ", first: " + damaged.getFirst())
                    .with(
                            "Storage lost or changed data, or a tool stopped before the end.",
                            "Make a new backup, then find out what changed the files.");
        }
        Reach reach = status.reach();
        if (reach != null && reach.damage() != null) {
            add(
                            "wal",
                            Status.DEGRADED,
                            Severity.CRITICAL,
                            "archived WAL has a hole or is damaged",
                            "recovery ends at " + reach.end() + ": " + reach.damage())
                    .with(
                            "A segment was never archived, was deleted, or changed.",
                            "Make a new base backup now: later WAL cannot be used with the older ones.");
        }
    }

    private void exposure() {
        Duration exposure = status.exposure();
        if (exposure != null && exposure.compareTo(status.repository().rpo()) > 0) {
            add(
                            "rpo",
                            Status.DEGRADED,
                            Severity.CRITICAL,
                            "too much would be lost",
                            "if the server were lost now, the last " + text(exposure) + " would be lost")
                    .threshold(text(status.repository().rpo()))
                    .with(
                            "WAL is not archived, is archived late, or does not connect to the newest backup.",
                            "See the findings of the archiver and of archived WAL; set archive_timeout below the objective.");
        }
    }

    private void proven(Backup newest) {
        Proof latest = status.latest();
        missed(latest);
        if (latest == null) {
            return;
        }
        Proof restored = status.latestRestore();
        DrillResult drill = restored == null ? null : restored.drill();
        if (restored != null && restored.restoreFailed()) {
            add(
                            "drill",
                            Status.DEGRADED,
                            Severity.CRITICAL,
                            "restore failed",
                            drill == null || drill.failures().isEmpty()
                                    ? "the restore of " + restored.at() + " failed"
                                    : drill.failures().getFirst())
                    .with(
                            "The backup cannot be used as it is, or its data is not what was asserted.",
                            "Make a new backup and verify it; keep the failed one to find the cause.");
        }
        if (newest.physical()
                && status.repository().drill()
                && status.proven(now, config.validFor()).compareTo(ProofLevel.RECOVERS) < 0) {
            add(
                            "unproven",
                            Status.UNKNOWN,
                            Severity.MEDIUM,
                            "recovery is not proven",
                            "no backup has been restored and recovered to a moment within " + text(config.validFor()))
                    .with(
                            reason(drill),
                            "Set backups.scratch and the programs of the server's version, and give the repository its WAL.");
        }
        Duration recovery = restored == null ? null : restored.recovery();
        if (recovery != null && recovery.compareTo(status.repository().rto()) > 0) {
            add(
                            "rto",
                            Status.DEGRADED,
                            Severity.HIGH,
                            "recovery takes too long",
                            "the last recovery took " + text(recovery))
                    .threshold(text(status.repository().rto()))
                    .with(
                            "The backup is large, much WAL has to be replayed, or the storage is slow.",
                            "Make base backups more often, or incremental ones; see the phases of the drill.");
        }
    }

    private static String reason(@Nullable DrillResult drill) {
        return drill == null
                ? "No drill was run."
                : drill.notes().isEmpty()
                        ? "The drill ended early."
                        : drill.notes().getFirst() + ".";
    }

    private void missed(@Nullable Proof latest) {
        ZonedDateTime due = now.atZone(config.zone()).with(config.daily());
        if (due.toInstant().plus(LATE).isAfter(now)) {
            due = due.minusDays(1);
        }
        if (latest != null && latest.at().isBefore(due.toInstant())) {
            add(
                            "missed",
                            Status.DEGRADED,
                            Severity.HIGH,
                            "verification was missed",
                            "the last verification was at " + latest.at() + ", the one of " + due.toInstant()
                                    + " did not end")
                    .with("pgvigil was not running, or the run before is still going on.", "Start a verification.");
        } else if (latest == null) {
            add(
                            "unverified",
                            Status.UNKNOWN,
                            Severity.LOW,
                            "backups were never verified",
                            "no backup of this repository has been read yet")
                    .with("The daily run has not come yet.", "Wait for it, or start a verification.");
        }
    }

    private void retention() {
        if (!status.missing().isEmpty()) {
            add(
                            "retention",
                            Status.DEGRADED,
                            Severity.MEDIUM,
                            "restore points are missing",
                            "there is no usable backup of "
                                    + String.join(
                                            ", ",
                                            status.missing().stream().limit(10).toList()))
                    .with(
                            "Backups expired too early, were damaged, or were not made.",
                            "Compare the tool's retention with the policy.");
        }
    }

    private void copy() {
        CopyState copy = status.copy();
        if (copy == CopyState.BROKEN || copy == CopyState.DRIFTED) {
            add(
                            "copy",
                            Status.DEGRADED,
                            copy == CopyState.BROKEN ? Severity.HIGH : Severity.MEDIUM,
                            "copy differs from " + status.repository().copyOf(),
                            "the copy is " + copy.name().toLowerCase(Locale.ROOT))
                    .with("Replication of the repository fails, or one side was changed.", "Copy again what differs.");
        }
    }

    private static String text(Duration duration) {
        return HumanFormat.seconds(duration.toMillis() / 1e3);
    }

    private Draft add(String key, Status state, Severity severity, String title, String observed) {
        findings.add(Finding.of(
                CHECK,
                status.repository().name() + "/" + key,
                state,
                severity,
                title + " (" + status.repository().name() + ")",
                observed));
        return new Draft(findings.size() - 1);
    }

    /** The rest of the finding that was added last. */
    private final class Draft {

        private final int index;

        Draft(int index) {
            this.index = index;
        }

        Draft threshold(String value) {
            findings.set(index, findings.get(index).threshold(value));
            return this;
        }

        void with(String cause, String action) {
            findings.set(index, findings.get(index).cause(cause).action(action));
        }
    }
}
