package dev.pgvigil.check.storage;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.storage.Checkpoints.Activity;
import dev.pgvigil.check.storage.Checkpoints.Growth;
import dev.pgvigil.target.Thresholds;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Findings on checkpoints. Pure. */
record CheckpointFindings(Activity now, Thresholds limits) {

    private static final int CHECKPOINTS_TO_JUDGE = 3;

    Optional<Finding> storm() {
        Growth storm = now.storm();
        if (storm.seconds() < limits.of(Checkpoints.STORM) || !storm.forcedByWal(now.settings())) {
            return Optional.empty();
        }
        return Optional.of(sized(Finding.of(
                                Checkpoints.NAME,
                                "storm",
                                Status.DEGRADED,
                                Severity.MEDIUM,
                                "checkpoints follow each other closely",
                                "%s forced by WAL in %s, one every %s; WAL is written at %s a second"
                                        .formatted(
                                                HumanFormat.count(storm.totals().requested(), "checkpoint"),
                                                HumanFormat.seconds(storm.seconds()),
                                                HumanFormat.seconds(storm.seconds()
                                                        / storm.totals().requested()),
                                                HumanFormat.bytes(storm.totals().walBytes() / storm.seconds())))
                        .threshold(
                                "one within 90 s of the other for " + HumanFormat.seconds(limits.of(Checkpoints.STORM)))
                        .evidence(List.of(row(storm))))
                .cause(
                        "max_wal_size is small for what is written. After each checkpoint the first change of a page writes the whole "
                                + "page to the WAL, which causes more WAL and more checkpoints."));
    }

    Optional<Finding> requested() {
        Growth hour = now.hour();
        long requested = hour.totals().requested();
        if (hour.seconds() < limits.of(Checkpoints.WINDOW)
                || requested < limits.of(Checkpoints.REQUESTED)
                || requested <= hour.totals().timed()
                || !hour.forcedByWal(now.settings())) {
            return Optional.empty();
        }
        return Optional.of(sized(Finding.of(
                                Checkpoints.NAME,
                                "requested",
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "most checkpoints are forced by WAL",
                                "%d of %d checkpoints in the last %s were forced by WAL"
                                        .formatted(
                                                requested,
                                                requested + hour.totals().timed(),
                                                HumanFormat.seconds(hour.seconds())))
                        .threshold("from %s in an hour, and more than timed ones"
                                .formatted(HumanFormat.number(limits.of(Checkpoints.REQUESTED))))
                        .evidence(List.of(row(hour))))
                .cause(
                        "max_wal_size is reached before checkpoint_timeout, so that checkpoints come earlier and write faster than they "
                                + "have to."));
    }

    Optional<Finding> slowSync() {
        Growth hour = now.hour();
        long all = hour.totals().timed() + hour.totals().requested();
        double mean = all == 0 ? 0 : hour.totals().syncSeconds() / all;
        if (all < CHECKPOINTS_TO_JUDGE || mean < limits.of(Checkpoints.SYNC)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        Checkpoints.NAME,
                        "slow-sync",
                        Status.DEGRADED,
                        Severity.MEDIUM,
                        "checkpoints wait for the disk",
                        "files took %s to sync, the mean of %d checkpoints in the last %s"
                                .formatted(HumanFormat.seconds(mean), all, HumanFormat.seconds(hour.seconds())))
                .threshold("from a mean of " + HumanFormat.seconds(limits.of(Checkpoints.SYNC)))
                .evidence(List.of(row(hour)))
                .cause(
                        "The disk cannot write as fast as the kernel hands it dirty pages: it is saturated or throttled, or much "
                                + "was kept in the kernel's cache. Commits wait meanwhile.")
                .action(
                        "Look at the load and the limits of the disk. Set checkpoint_flush_after, spread checkpoints with "
                                + "checkpoint_completion_target = 0.9 and a longer checkpoint_timeout, and lower vm.dirty_background_bytes.")
                .sql("select * from pg_settings where name like 'checkpoint%' or name = 'max_wal_size'"));
    }

    private Finding sized(Finding finding) {
        String size = HumanFormat.bytes(now.proposedMaxWalBytes());
        return finding.action(
                        "Raise max_wal_size from %s to %s, if the disk of pg_wal has room for it; it takes effect with a reload. "
                                        .formatted(
                                                HumanFormat.bytes(now.settings().maxWalBytes()), size)
                                + "wal_compression makes the page images smaller. Recovery after a crash takes longer.")
                .sql("alter system set max_wal_size = '%dGB'; select pg_reload_conf()"
                        .formatted(Math.round(now.proposedMaxWalBytes() / (1 << 30))))
                .expectedEffect("Checkpoints come when checkpoint_timeout ends, and write more slowly and less WAL.");
    }

    private Map<String, Object> row(Growth growth) {
        return EvidenceRow.of(
                "seconds", growth.seconds(),
                "timed", growth.totals().timed(),
                "requested", growth.totals().requested(),
                "write_seconds", growth.totals().writeSeconds(),
                "sync_seconds", growth.totals().syncSeconds(),
                "wal_bytes", Math.round(growth.totals().walBytes()),
                "full_page_images", growth.totals().fullPageImages(),
                "max_wal_bytes", Math.round(now.settings().maxWalBytes()));
    }
}
