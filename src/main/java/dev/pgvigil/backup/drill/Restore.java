package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.format.ArchivePath;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.Manifest;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import dev.pgvigil.backup.verify.BackupVerifier;
import dev.pgvigil.backup.verify.Progress;
import dev.pgvigil.backup.verify.TarWalk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a backup into a data directory. Tablespaces stay within the drill's directory, wherever the backup says that they were. */
final class Restore {

    private static final List<String> REMOVED = List.of(
            "postmaster.pid",
            "postgresql.auto.conf",
            "standby.signal",
            "recovery.signal",
            "recovery.conf",
            "tablespace_map");

    private final Path drill;
    private final Path data;
    private final Progress progress;
    private final Map<String, Path> tablespaces = new LinkedHashMap<>();
    private final byte[] buffer = new byte[1 << 17];

    Restore(Path drill, Progress progress) {
        this.drill = drill;
        this.data = drill.resolve("data");
        this.progress = progress;
    }

    /** Restores; the directory is then ready for a server but for its configuration. */
    void restore(Listing listing, Backup backup) throws IOException {
        directory(data);
        if (backup.layout() == Backup.Layout.TAR) {
            tars(listing, backup);
        } else {
            plain(listing, backup);
        }
        for (String name : REMOVED) {
            Files.deleteIfExists(data.resolve(name));
        }
        map();
        for (String name : List.of(
                "pg_wal",
                "pg_tblspc",
                "pg_dynshmem",
                "pg_notify",
                "pg_replslot",
                "pg_serial",
                "pg_snapshots",
                "pg_stat",
                "pg_stat_tmp",
                "pg_subtrans",
                "pg_commit_ts",
                "pg_twophase",
                "pg_logical/snapshots",
                "pg_logical/mappings",
                "pg_wal/archive_status",
                "pg_wal/summaries")) {
            directory(data.resolve(name));
        }
    }

    private void plain(Listing listing, Backup backup) throws IOException {
        String root = BackupVerifier.data(backup);
        int prefix = root.isEmpty() ? 0 : root.length() + 1;
        for (StoredFile file : listing.below(root)) {
            try (InputStream in = listing.storage().open(file.key())) {
                write(file.key().substring(prefix), in);
            }
        }
    }

    private void tars(Listing listing, Backup backup) throws IOException {
        Storage storage = listing.storage();
        String key = Listing.in(backup.id(), "backup_manifest");
        Manifest manifest = listing.file(key) == null ? null : Manifest.read(() -> storage.open(key));
        for (StoredFile file : BackupVerifier.tars(listing, backup)) {
            String stem = file.name().substring(0, file.name().indexOf('.'));
            String prefix = switch (stem) {
                case "base" -> "";
                case "pg_wal" -> "pg_wal/";
                case String tablespace -> tablespace(tablespace);
            };
            TarWalk.walk(storage, file, BackupVerifier.most(manifest, file), new Writer(prefix));
        }
    }

    private String tablespace(String oid) throws IOException {
        Path directory = drill.resolve("tablespaces").resolve(oid);
        directory(directory);
        tablespaces.put(oid, directory);
        return "pg_tblspc/" + oid + "/";
    }

    /** The server makes the links by this file. */
    private void map() throws IOException {
        if (!tablespaces.isEmpty()) {
            StringBuilder map = new StringBuilder();
            tablespaces.forEach((oid, directory) ->
                    map.append(oid).append(' ').append(directory).append('\n'));
            Files.writeString(data.resolve("tablespace_map"), map);
        }
    }

    /** Where a file of the backup is written. */
    private Path target(String path) throws FormatException {
        for (Map.Entry<String, Path> tablespace : tablespaces.entrySet()) {
            String prefix = "pg_tblspc/" + tablespace.getKey() + "/";
            if (path.startsWith(prefix)) {
                return ArchivePath.below(tablespace.getValue(), path.substring(prefix.length()));
            }
        }
        return ArchivePath.below(data, path);
    }

    private void write(String path, InputStream in) throws IOException {
        Path to = target(path);
        Path parent = to.getParent();
        if (parent != null) {
            directory(parent);
        }
        if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, path + " is there twice");
        }
        try (OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                progress.read(count);
            }
        }
    }

    private static void directory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private final class Writer implements TarWalk.Visitor {

        private final String prefix;

        Writer(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public void file(String path, long size, InputStream in) throws IOException {
            write(prefix + path, in);
        }

        @Override
        public void directory(String path) throws IOException {
            Restore.directory(target(prefix + path));
        }

        /** The links of tablespaces are made anew. */
        @Override
        public void link(String path, String to) {}
    }
}
