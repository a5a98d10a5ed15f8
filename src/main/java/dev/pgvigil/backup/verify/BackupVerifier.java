package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.ArchivePath;
import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.Manifest;
import dev.pgvigil.backup.format.UnsupportedCompressionException;
import dev.pgvigil.backup.format.WalName;
import dev.pgvigil.backup.format.WalReader;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Inventory;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.inventory.WalArchive;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads every byte of a backup and compares it with what the backup says of itself. Blocks. */
public final class BackupVerifier {

    private static final long GIB = 1L << 30;
    private static final String TAR = "(base|pg_wal|[0-9]+)\\.(tar(\\.(gz|lz4|zst|bz2))?|tgz)";

    private BackupVerifier() {}

    /**
     * Verifies a backup.
     *
     * @param archive the WAL of its cluster; null: only what it carries itself
     * @throws InterruptedIOException if it is cancelled
     */
    public static Verification verify(
            Inventory inventory, Backup backup, @Nullable WalArchive archive, Progress progress)
            throws InterruptedIOException {
        progress.phase("verify", backup.bytes());
        try {
            return switch (backup.layout()) {
                case TAR ->
                    backup.physical()
                            ? base(inventory.listing(), backup, archive, progress)
                            : DumpVerifier.tar(inventory.listing(), backup, progress);
                case PLAIN -> base(inventory.listing(), backup, archive, progress);
                case CUSTOM, DIRECTORY, SQL -> DumpVerifier.verify(inventory.listing(), backup, progress);
                case TOOL -> ToolVerifier.verify(inventory.listing(), backup, progress);
            };
        } catch (InterruptedIOException e) {
            throw e;
        } catch (UnsupportedCompressionException e) {
            return Verification.unsupported(backup.problems(), String.valueOf(e.getMessage()));
        } catch (FormatException e) {
            return Verification.of(List.of(e.at(backup.id())), 0, 0);
        } catch (IOException e) {
            return Verification.of(
                    List.of(new Damage(Damage.Kind.UNREADABLE, backup.id(), "it cannot be read: " + e.getMessage())),
                    0,
                    0);
        } catch (RuntimeException e) {
            // Content that was made to break a reader must not keep the other backups from being read.
            return Verification.of(
                    List.of(new Damage(
                            Damage.Kind.UNREADABLE,
                            backup.id(),
                            "it cannot be read: " + e.getClass().getSimpleName())),
                    0,
                    0);
        }
    }

    /** The directory of the data within a backup: Barman has one more. */
    public static String data(Backup backup) {
        return backup.tool() == Backup.Tool.BARMAN ? backup.id() + "/data" : backup.id();
    }

    private static Verification base(Listing listing, Backup backup, @Nullable WalArchive archive, Progress progress)
            throws IOException {
        Storage storage = listing.storage();
        String manifestKey = Listing.in(data(backup), "backup_manifest");
        Manifest manifest = listing.file(manifestKey) == null ? null : Manifest.read(() -> storage.open(manifestKey));
        ManifestCheck check = new ManifestCheck(manifest, progress);
        backup.problems().stream()
                .filter(problem -> manifest != null || problem.kind() != Damage.Kind.BAD_MANIFEST)
                .forEach(check::damage);
        WalReader own = new WalReader(system(backup));
        if (backup.layout() == Backup.Layout.PLAIN) {
            plain(listing, backup, check, own);
        } else {
            tar(listing, backup, manifest, check, own);
        }
        check.end();
        try {
            wal(backup, own, archive, check, progress);
        } catch (UnsupportedCompressionException e) {
            return Verification.unsupported(check.damages(), String.valueOf(e.getMessage()));
        }
        if (manifest == null) {
            return Verification.unsupported(check.damages(), "it has no manifest to compare its files with");
        }
        if (check.unproven() > 0) {
            return Verification.unsupported(
                    check.damages(), "its manifest has no checksums of " + check.unproven() + " files");
        }
        return Verification.of(check.damages(), check.files(), check.bytes());
    }

    static long system(Backup backup) {
        String system = backup.system();
        return system == null || !system.matches("[0-9]{1,20}") ? 0 : Long.parseUnsignedLong(system);
    }

    private static void plain(Listing listing, Backup backup, ManifestCheck check, WalReader own) throws IOException {
        String data = data(backup);
        int prefix = data.isEmpty() ? 0 : data.length() + 1;
        for (StoredFile file : listing.below(data)) {
            String path = file.key().substring(prefix);
            try (InputStream in = listing.storage().open(file.key())) {
                WalName wal = segment(path);
                if (wal != null) {
                    own.read(wal, Compression.of(path).open(in));
                } else {
                    check.file(path, file.size(), in);
                }
            }
        }
    }

    private static void tar(
            Listing listing, Backup backup, @Nullable Manifest manifest, ManifestCheck check, WalReader own)
            throws IOException {
        for (StoredFile file : listing.below(backup.id())) {
            String name = file.name();
            if (!file.directory().equals(backup.id()) || !name.matches(TAR)) {
                continue;
            }
            String stem = name.substring(0, name.indexOf('.'));
            String prefix = switch (stem) {
                case "base" -> "";
                case "pg_wal" -> "pg_wal/";
                case String tablespace -> "pg_tblspc/" + tablespace + "/";
            };
            try {
                TarWalk.walk(listing.storage(), file, most(manifest, file), new Files(prefix, check, own));
            } catch (FormatException e) {
                check.damage(e.at(file.key()));
            }
        }
    }

    /** The most bytes that a tar file of a backup can have. */
    public static long most(@Nullable Manifest manifest, StoredFile file) {
        return manifest == null
                ? file.size() * 200 + GIB
                // headers and padding of small files, and WAL
                : manifest.bytes() + manifest.files().size() * 2048L + 64 * GIB / 16;
    }

    private record Files(String prefix, ManifestCheck check, WalReader own) implements TarWalk.Visitor {

        @Override
        public void file(String path, long size, InputStream in) throws IOException {
            WalName wal = segment(prefix + path);
            if (wal != null) {
                own.read(wal, in);
            } else {
                check.file(prefix + path, size, in);
            }
        }

        @Override
        public void directory(String path) {}

        @Override
        public void link(String path, String to) throws IOException {
            ArchivePath.safe(path);
        }
    }

    private static @Nullable WalName segment(String path) {
        return path.startsWith("pg_wal/") ? WalName.parse(path.substring("pg_wal/".length())) : null;
    }

    /** WAL from start to stop, from the backup itself or from the archive. */
    private static void wal(
            Backup backup, WalReader own, @Nullable WalArchive archive, ManifestCheck check, Progress progress)
            throws IOException {
        Lsn start = backup.start();
        Lsn stop = backup.stop();
        if (start == null) {
            check.damage(Damage.Kind.MISSING, backup.id(), "it does not say from where it needs WAL");
            return;
        }
        if (own.records() > 0 || own.damage() != null) {
            Lsn begin = own.begin();
            if (begin != null && begin.compareTo(start) > 0) {
                check.damage(
                        Damage.Kind.WAL_GAP,
                        backup.id() + " (its own WAL)",
                        "it begins at " + begin + ", the backup needs it from " + start);
            }
            reaches(backup.id() + " (its own WAL)", own.end(), own.damage(), stop, check);
            return;
        }
        if (archive == null) {
            check.damage(
                    Damage.Kind.WAL_GAP, backup.id(), "it has no WAL, and no archive is known: it cannot be restored");
            return;
        }
        WalFollower follower = new WalFollower(system(backup), Math.max(1, backup.timeline()), start);
        WalFollower.Reach reach = follower.advance(archive, progress);
        reaches(archive.directory(), reach.end(), reach.damage(), stop, check);
    }

    private static void reaches(
            String where, @Nullable Lsn end, @Nullable Damage damage, @Nullable Lsn stop, ManifestCheck check) {
        if (stop != null && end != null && end.compareTo(stop) >= 0) {
            return; // damage after the end of the backup is not the backup's
        }
        if (damage != null) {
            check.damage(damage);
        }
        if (end == null || stop != null) {
            check.damage(
                    Damage.Kind.WAL_GAP,
                    where,
                    "WAL reaches to " + (end == null ? "nothing" : end) + ", the backup needs it to "
                            + (stop == null ? "its end" : stop));
        }
    }

    /** Names of files, for those who restore. */
    public static List<StoredFile> tars(Listing listing, Backup backup) {
        List<StoredFile> tars = new ArrayList<>();
        for (StoredFile file : listing.below(backup.id())) {
            if (file.directory().equals(backup.id()) && file.name().matches(TAR)) {
                tars.add(file);
            }
        }
        return tars;
    }
}
