package dev.pgvigil.check;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An observation of how far a server has written WAL. It belongs to the contract, because the recovery point of backups is compared with it. */
public interface WrittenWal {

    /** Name of the check. */
    String CHECK = "archiver";

    /** The end of WAL in bytes since its beginning; null: not known. */
    @Nullable
    Long walPosition();

    /** The time of the last commit; null: the server has {@code track_commit_timestamp} off. */
    @Nullable
    Instant lastCommit();
}
