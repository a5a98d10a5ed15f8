package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.format.BackupLabel;
import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.ControlFile;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.Lsn;
import dev.pgvigil.backup.format.Manifest;
import dev.pgvigil.backup.inventory.Backup.Kind;
import dev.pgvigil.backup.inventory.Backup.Layout;
import dev.pgvigil.backup.inventory.Backup.Tool;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Backups of {@code pg_basebackup}, or of a copy of the data directory in the same layout. */
final class BaseBackups implements Finder {

    static final String MANIFEST = "backup_manifest";

    private static final String[] TARS = {
        "base.tar", "base.tar.gz", "base.tar.lz4", "base.tar.zst", "base.tar.bz2", "base.tgz"
    };
    private static final int LARGEST_LABEL = 1 << 16;
    /** The label is the first entry; the version follows within the first directories. */
    private static final int FIRST_ENTRIES = 200;

    /** What the first entries of a tar file say. */
    private record Head(@Nullable BackupLabel label, int major) {}

    @Override
    public List<Backup> find(Listing listing) throws IOException {
        TreeSet<String> directories = new TreeSet<>();
        for (StoredFile file : listing.all()) {
            String name = file.name();
            if (name.equals(MANIFEST) || List.of(TARS).contains(name)) {
                directories.add(file.directory());
            } else if (name.equals("pg_control") && file.directory().endsWith("global")) {
                directories.add(parent(file.directory()));
            }
        }
        List<Backup> backups = new ArrayList<>();
        for (String directory : directories) {
            backups.add(backup(listing, directory));
        }
        return backups.stream().map(backup -> chained(backup, backups)).toList();
    }

    /** An incremental backup builds on the one that began at the position in its label, which is its parent's placeholder until now. */
    private static Backup chained(Backup backup, List<Backup> all) {
        String from = backup.parent();
        if (from == null) {
            return backup;
        }
        Backup parent = all.stream()
                .filter(other ->
                        other.start() != null && other.start().toString().equals(from))
                .findFirst()
                .orElse(null);
        return parent != null
                ? backup.with(parent.id(), List.of())
                : backup.with(
                        null,
                        List.of(new Damage(
                                Damage.Kind.MISSING,
                                backup.id(),
                                "the backup that began at " + from + ", on which it builds, is missing")));
    }

    private static String parent(String directory) {
        int slash = directory.lastIndexOf('/');
        return slash < 0 ? "" : directory.substring(0, slash);
    }

    private static Backup backup(Listing listing, String directory) {
        List<Damage> problems = new ArrayList<>();
        StoredFile tar = listing.first(directory, TARS);
        Storage storage = listing.storage();
        Manifest manifest = null;
        Head head = new Head(null, 0);
        ControlFile control = null;
        try {
            if (listing.file(Listing.in(directory, MANIFEST)) == null) {
                problems.add(new Damage(
                        Damage.Kind.BAD_MANIFEST, directory, "it has no manifest, so its files cannot be verified"));
            } else {
                manifest = Manifest.read(() -> storage.open(Listing.in(directory, MANIFEST)));
            }
        } catch (FormatException e) {
            problems.add(e.at(Listing.in(directory, MANIFEST)));
        } catch (IOException e) {
            problems.add(unreadable(Listing.in(directory, MANIFEST), e));
        }
        try {
            head = tar == null ? plain(listing, directory) : head(storage, tar);
            if (listing.file(Listing.in(directory, "global/pg_control")) != null) {
                control = ControlFile.parse(storage.first(Listing.in(directory, "global/pg_control"), 8192));
            }
        } catch (IOException e) {
            problems.add(unreadable(directory, e));
        }
        if (head.label == null && problems.isEmpty()) {
            problems.add(
                    new Damage(Damage.Kind.MISSING, Listing.in(directory, "backup_label"), "it has no backup label"));
        }
        return described(listing, directory, tar != null, manifest, head, control, problems);
    }

    private static Backup described(
            Listing listing,
            String directory,
            boolean tar,
            @Nullable Manifest manifest,
            Head head,
            @Nullable ControlFile control,
            List<Damage> problems) {
        BackupLabel label = head.label;
        Lsn start = label != null && label.start() != null ? label.start() : manifest == null ? null : manifest.start();
        Lsn from = label == null ? null : label.incrementalFrom();
        String system = manifest != null && manifest.system() != null
                ? manifest.system()
                : control == null ? null : control.systemIdentifier();
        int timeline = manifest == null ? 0 : manifest.timeline();
        StoredFile stored = listing.file(Listing.in(directory, MANIFEST));
        Instant finished = manifest == null || stored == null ? null : newest(manifest, stored);
        return new Backup(
                directory,
                Tool.PG_BASEBACKUP,
                tar ? Layout.TAR : Layout.PLAIN,
                from != null ? Kind.INCREMENTAL : Kind.FULL,
                from == null ? null : from.toString(),
                system,
                head.major,
                timeline == 0 && label != null ? label.timeline() : timeline,
                start,
                manifest == null ? null : manifest.stop(),
                label == null ? null : label.started(),
                finished,
                listing.bytes(directory),
                listing.below(directory).size(),
                null,
                manifest == null ? "no manifest" : "complete",
                problems);
    }

    /** pg_control is written last: its time in the manifest is the end, whatever happened to the files since. */
    private static Instant newest(Manifest manifest, StoredFile stored) {
        Instant newest = manifest.newest();
        return newest == null ? stored.modified() : newest;
    }

    private static Head plain(Listing listing, String directory) throws IOException {
        return new Head(
                label(listing, Listing.in(directory, "backup_label")),
                version(listing, Listing.in(directory, "PG_VERSION")));
    }

    private static @Nullable BackupLabel label(Listing listing, String key) throws IOException {
        return listing.file(key) == null
                ? null
                : BackupLabel.parse(new String(listing.storage().first(key, LARGEST_LABEL), StandardCharsets.UTF_8));
    }

    private static int version(Listing listing, String key) throws IOException {
        return listing.file(key) == null ? 0 : major(listing.storage().first(key, 10));
    }

    private static int major(byte[] content) {
        String text = new String(content, StandardCharsets.US_ASCII).strip();
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
    }

    private static Head head(Storage storage, StoredFile tar) throws IOException {
        BackupLabel label = null;
        int major = 0;
        try (InputStream stored = storage.open(tar.key());
                TarArchiveInputStream entries =
                        new TarArchiveInputStream(Compression.of(tar.name()).open(stored))) {
            TarArchiveEntry entry = entries.getNextEntry();
            for (int i = 0; entry != null && i < FIRST_ENTRIES && (label == null || major == 0); i++) {
                switch (entry.getName().replaceFirst("^\\./", "")) {
                    case "backup_label" ->
                        label = BackupLabel.parse(
                                new String(entries.readNBytes(LARGEST_LABEL), StandardCharsets.UTF_8));
                    case "PG_VERSION" -> major = major(entries.readNBytes(10));
                    // Every database has one, which comes before that of the cluster.
                    case String name when name.endsWith("/PG_VERSION") -> major = major(entries.readNBytes(10));
                    case String other -> {}
                }
                entry = entries.getNextEntry();
            }
        }
        return new Head(label, major);
    }

    private static Damage unreadable(String where, IOException e) {
        return e instanceof FormatException bad
                ? bad.at(where)
                : new Damage(Damage.Kind.UNREADABLE, where, "it cannot be read: " + e.getMessage());
    }
}
