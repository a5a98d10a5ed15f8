package dev.pgvigil.backup;

import dev.pgvigil.backup.RepositoryStatus.CopyState;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.storage.StoredFile;
import java.time.Duration;
import java.time.Instant;

/** Compares a copy of a repository with its original by keys and sizes. Pure. */
final class CopyComparison {

    /** What is younger may still be on its way. */
    static final Duration GRACE = Duration.ofHours(1);

    private CopyComparison() {}

    static CopyState of(Listing original, Listing copy, Instant now) {
        boolean lagging = false;
        boolean drifted = false;
        for (StoredFile file : original.all()) {
            StoredFile other = copy.file(file.key());
            boolean young = file.modified().plus(GRACE).isAfter(now);
            if (other == null && !young) {
                return CopyState.BROKEN;
            }
            lagging |= other == null || (other.size() != file.size() && young);
            drifted |= other != null && other.size() != file.size() && !young;
        }
        for (StoredFile file : copy.all()) {
            drifted |= original.file(file.key()) == null
                    && file.modified().plus(GRACE).isBefore(now);
        }
        return drifted ? CopyState.DRIFTED : lagging ? CopyState.LAGGING : CopyState.CONSISTENT;
    }
}
