package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.WalReader.Commit;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The moment to which a drill recovers.
 *
 * @param moment the commit before it is in the data, the one after it is not
 * @param exact the time of the last commit that the data must have; null: any at or before the moment
 */
record RecoveryTarget(Instant moment, @Nullable Instant exact) {

    private static final DateTimeFormatter SETTING =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS'+00'").withZone(ZoneOffset.UTC);

    /**
     * Chooses the moment, or verifies the one that was asked for. Recovery by time stops at the first commit after the moment: without one, it
     * would never stop; and a moment before the end of the backup is passed unnoticed.
     */
    static RecoveryTarget of(Backup backup, Reach reach, @Nullable Instant asked) throws DrillException {
        Commit last = reach.last();
        Commit before = reach.beforeLast();
        if (last == null) {
            throw new DrillException(
                    Verdict.NOT_RUN, "the archive has no commit after the backup, so there is no moment to recover to");
        }
        if (asked != null) {
            return asked(backup, last, asked);
        }
        Lsn stop = backup.stop();
        if (before == null
                || !before.time().isBefore(last.time())
                || (stop != null && before.end().compareTo(stop) <= 0)) {
            throw new DrillException(
                    Verdict.NOT_RUN,
                    "the archive has fewer than two commits after the end of the backup, so there is no moment that can be proven");
        }
        return new RecoveryTarget(before.time(), before.time());
    }

    private static RecoveryTarget asked(Backup backup, Commit last, Instant asked) throws DrillException {
        Instant end = backup.finished();
        if (end != null && asked.isBefore(end)) {
            throw DrillException.failed(asked + " is before the end of the backup (" + end
                    + "): the data would be newer than what was asked for");
        }
        if (!asked.isBefore(last.time())) {
            throw DrillException.failed(
                    asked + " cannot be reached: the last commit in the archive is of " + last.time());
        }
        return new RecoveryTarget(asked, null);
    }

    /** As the server reads it. */
    String setting() {
        return SETTING.format(moment);
    }
}
