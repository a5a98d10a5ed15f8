package dev.pgvigil.backup;

import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.UnsupportedCompressionException;
import dev.pgvigil.backup.format.WalName;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.DirectoryStorage;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.verify.Progress;
import dev.pgvigil.backup.verify.Verdict;
import dev.pgvigil.backup.verify.WalFollower;
import dev.pgvigil.backup.verify.WalFollower.Reach;
import dev.pgvigil.check.WrittenWal;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks through one repository again and again, and remembers how far it has read WAL. Blocks; used by one thread. */
final class RepositoryScan {

    /** No tool makes more incremental backups in a row. */
    private static final int LONGEST_CHAIN = 1000;

    private final Repository repository;
    private final Exposure exposure = new Exposure();
    private final Map<String, Proof> proofs = new HashMap<>();
    private @Nullable WalFollower follower;
    private @Nullable String followed;
    private RepositoryStatus status;

    /**
     * An observation of the server, and its time.
     *
     * @param current whether the server answered the last time: what it has written since is not known otherwise
     */
    record Observed(Instant at, WrittenWal wal, boolean current) {}

    RepositoryScan(Repository repository, Map<String, Proof> proofs) {
        this.repository = repository;
        this.proofs.putAll(proofs);
        this.status = RepositoryStatus.initial(repository, this.proofs);
    }

    Repository repository() {
        return repository;
    }

    synchronized void prove(String backup, Proof proof) {
        proofs.put(backup, proof);
        status = new RepositoryStatus(
                repository,
                status.scannedAt(),
                status.error(),
                status.inventory(),
                proofs,
                status.reach(),
                status.exposure(),
                status.missing(),
                status.copy(),
                status.findings());
    }

    synchronized Map<String, Proof> proofs() {
        return Map.copyOf(proofs);
    }

    synchronized RepositoryStatus status() {
        return status;
    }

    /** Lists the repository and reads new WAL. */
    RepositoryStatus scan(Backups config, @Nullable Observed observed, @Nullable Listing original, Instant now) {
        RepositoryStatus next;
        try {
            next = read(config, observed, original, now);
        } catch (IOException | RuntimeException e) {
            // What is made to break a reader must not keep the other repositories from being read.
            RepositoryStatus last = status();
            next = new RepositoryStatus(
                    repository,
                    last.scannedAt(),
                    "it cannot be read: " + (e instanceof IOException ? e.getMessage() : e.toString()),
                    last.inventory(),
                    proofs(),
                    last.reach(),
                    null,
                    last.missing(),
                    null,
                    List.of());
        }
        RepositoryStatus judged = next.with(BackupFindings.of(next, config, now));
        synchronized (this) {
            status = judged;
        }
        return judged;
    }

    private RepositoryStatus read(Backups config, @Nullable Observed observed, @Nullable Listing original, Instant now)
            throws IOException {
        Inventory inventory;
        try (Storage storage = repository.storage()) {
            inventory = Inventory.of(storage);
        }
        Map<String, Proof> known = proofs();
        Backup base = base(inventory, known);
        WalArchive archive = archive(inventory, base);
        Reach reach = base == null || archive == null ? null : follow(base, archive);
        if (observed != null) {
            exposure.observe(observed.at(), observed.wal());
        }
        List<Instant> usable = inventory.backups().stream()
                .filter(backup -> usable(backup, inventory, known))
                .map(Backup::time)
                .toList();
        return new RepositoryStatus(
                repository,
                now,
                null,
                inventory,
                known,
                reach,
                reach == null
                        ? null
                        : exposure.of(reach, observed == null || !observed.current() ? null : observed.wal(), now),
                RetentionPolicy.missing(repository.retention(), usable, config.zone(), now),
                original == null ? null : CopyComparison.of(original, inventory.listing(), now),
                List.of());
    }

    /** A backup that nothing speaks against, nor against those that it builds on. */
    static boolean usable(Backup backup, Inventory inventory, Map<String, Proof> proofs) {
        Backup link = backup;
        for (int depth = 0; depth < LONGEST_CHAIN; depth++) {
            String parent = link.parent();
            if (!whole(link, proofs)) {
                return false;
            }
            if (parent == null) {
                return true;
            }
            link = inventory.backups().stream()
                    .filter(other -> other.id().equals(parent))
                    .findFirst()
                    .orElse(null);
            if (link == null) {
                return false;
            }
        }
        return false;
    }

    private static boolean whole(Backup backup, Map<String, Proof> proofs) {
        Proof proof = proofs.get(backup.id());
        boolean whole = backup.problems().stream().allMatch(problem -> problem.kind() == Damage.Kind.BAD_MANIFEST);
        return whole && (proof == null || proof.verdict() != Verdict.FAILED);
    }

    /** The newest backup from which WAL can be replayed. */
    private static @Nullable Backup base(Inventory inventory, Map<String, Proof> proofs) {
        return inventory.backups().stream()
                .filter(backup -> backup.physical() && backup.start() != null && usable(backup, inventory, proofs))
                .findFirst()
                .orElse(null);
    }

    /** The archive that has the WAL of a backup. */
    @Nullable
    WalArchive archive(Inventory inventory, @Nullable Backup backup) throws IOException {
        List<WalArchive> archives = inventory.archives();
        if (repository.wal() != null) {
            try (Storage storage = new DirectoryStorage(repository.wal())) {
                archives = Inventory.of(storage).archives();
            }
        }
        Lsn start = backup == null ? null : backup.start();
        if (start != null && backup != null) {
            for (WalArchive archive : archives) {
                long bytes = archive.segmentBytes();
                WalName first = WalName.of(Math.max(1, backup.timeline()), start.value() / bytes, bytes);
                if (archive.segment(first) != null) {
                    return archive;
                }
            }
        }
        return archives.stream().max(Comparator.comparingInt(WalArchive::size)).orElse(null);
    }

    private @Nullable Reach follow(Backup base, WalArchive archive) throws IOException {
        String key = base.id() + " " + base.start();
        WalFollower current = follower;
        if (current == null || !key.equals(followed)) {
            String system = base.system();
            current = new WalFollower(
                    system == null || !system.matches("[0-9]{1,20}") ? 0 : Long.parseUnsignedLong(system),
                    Math.max(1, base.timeline()),
                    Objects.requireNonNull(base.start()));
            follower = current;
            followed = key;
        }
        try {
            return current.advance(archive, new Progress());
        } catch (UnsupportedCompressionException e) {
            return null; // how far it reaches is not known
        }
    }
}
