package dev.pgvigil.backup;

import dev.pgvigil.backup.drill.DrillResult;
import dev.pgvigil.backup.drill.ProofLevel;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.Verification;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one backup beyond its existence.
 *
 * @param level the highest level that was proven; null: it failed
 * @param at when it was verified
 * @param verification null: only the result was kept over a restart
 * @param drill null: it was not restored
 */
record Proof(
        Verdict verdict,
        @Nullable ProofLevel level,
        Instant at,
        @Nullable Verification verification,
        @Nullable DrillResult drill,
        @Nullable Duration recovery) {

    /** Whether a restore was tried. What is read from the audit has the result of the drill only. */
    boolean drilled() {
        return drill != null
                || recovery != null
                || restoreFailed()
                || (level != null && level.compareTo(ProofLevel.STARTS) >= 0);
    }

    /** Whether the files were right, and the restore was not. */
    boolean restoreFailed() {
        return verdict == Verdict.FAILED && level != null;
    }

    /** The level that counts now: an expired proof proves that there is a backup, and no more. */
    ProofLevel level(Instant now, Duration validFor) {
        return level == null || at.plus(validFor).isBefore(now) ? ProofLevel.INVENTORIED : level;
    }
}
