package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A repository as it is known now. Immutable.
 *
 * @param scannedAt when it was last listed with success; null: never
 * @param error why it could not be listed the last time; null: it could
 * @param inventory null: it was never listed
 * @param proofs by the id of the backup
 * @param reach how far its WAL reaches; null: it has none, or no backup to begin with
 * @param exposure how much would be lost; null: not known
 * @param missing restore points that the policy promises and that do not exist
 * @param copy how it compares with the original; null: it is none
 */
record RepositoryStatus(
        Repository repository,
        @Nullable Instant scannedAt,
        @Nullable String error,
        @Nullable Inventory inventory,
        Map<String, Proof> proofs,
        @Nullable Reach reach,
        @Nullable Duration exposure,
        List<String> missing,
        @Nullable CopyState copy,
        List<Finding> findings) {

    /** How a copy compares with its original. */
    enum CopyState {
        CONSISTENT,
        /** The newest files are not there yet. */
        LAGGING,
        /** A file differs, or there are others. */
        DRIFTED,
        /** What is old is missing. */
        BROKEN
    }

    /** No zone is further from UTC. */
    private static final Duration ZONES = Duration.ofHours(14);

    private static final Duration HANGS = Duration.ofMinutes(15);

    RepositoryStatus {
        proofs = Map.copyOf(proofs);
        missing = List.copyOf(missing);
        findings = List.copyOf(findings);
    }

    static RepositoryStatus initial(Repository repository, Map<String, Proof> proofs) {
        return new RepositoryStatus(repository, null, null, null, proofs, null, null, List.of(), null, List.of());
    }

    List<Backup> backups() {
        return inventory == null ? List.of() : inventory.backups();
    }

    /** The newest backup; null: there is none. */
    @Nullable
    Backup newest() {
        return backups().isEmpty() ? null : backups().getFirst();
    }

    /**
     * The newest backup that is not dated in the future; null: there is none. A time may be local time taken as UTC; one that is later than that
     * says nothing of when the last backup was made.
     */
    @Nullable
    Backup newest(Instant now) {
        return backups().stream()
                .filter(backup -> backup.time().isBefore(now.plus(ZONES)))
                .findFirst()
                .orElse(null);
    }

    /** The proofs of the backups that there are. */
    private Stream<Proof> present() {
        return backups().stream().map(backup -> proofs.get(backup.id())).filter(Objects::nonNull);
    }

    /** The latest verification; null: none of these backups was verified. */
    @Nullable
    Proof latest() {
        return present().max(Comparator.comparing(Proof::at)).orElse(null);
    }

    /** The latest restore, which other verifications may have followed; null: there was none. */
    @Nullable
    Proof latestRestore() {
        return present()
                .filter(Proof::drilled)
                .max(Comparator.comparing(Proof::at))
                .orElse(null);
    }

    /** Whether the last verification of any backup failed. */
    boolean failing() {
        return present().anyMatch(proof -> proof.verdict() == Verdict.FAILED);
    }

    /** What is proven of the best backup. */
    ProofLevel proven(Instant now, Duration validFor) {
        return present()
                .map(proof -> proof.level(now, validFor))
                .max(Comparator.naturalOrder())
                .orElse(ProofLevel.INVENTORIED);
    }

    /** Whether it was listed the last time, and not too long ago: storage that hangs gives no error. */
    boolean current(Instant now, Duration scanEvery) {
        return error == null
                && scannedAt != null
                && scannedAt.plus(scanEvery.multipliedBy(3)).plus(HANGS).isAfter(now);
    }

    RepositoryStatus with(List<Finding> judged) {
        return new RepositoryStatus(
                repository, scannedAt, error, inventory, proofs, reach, exposure, missing, copy, judged);
    }
}
