package dev.pgvigil.backup;

import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

    /** The newest backup of a cluster or database; null: there is none. */
    @Nullable
    Backup newest() {
        return backups().isEmpty() ? null : backups().getFirst();
    }

    RepositoryStatus with(List<Finding> judged) {
        return new RepositoryStatus(
                repository, scannedAt, error, inventory, proofs, reach, exposure, missing, copy, judged);
    }
}
