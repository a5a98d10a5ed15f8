package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Listing;
import java.io.IOException;

/** Backups in the layout of a tool. */
final class ToolVerifier {

    private ToolVerifier() {}

    static Verification verify(Listing listing, Backup backup, Progress progress) throws IOException {
        return switch (backup.tool()) {
            case PGBACKREST -> PgBackRestVerifier.verify(listing, backup, progress);
            case WAL_G -> walG(listing, backup, progress);
            case BARMAN, PG_BASEBACKUP, PG_DUMP ->
                Verification.unsupported(
                        backup.problems(), "only " + backup.tool() + " can read its files; its catalogue was compared");
        };
    }

    /** WAL-G keeps no checksums of files: the tar files are walked, and their compression verified. */
    private static Verification walG(Listing listing, Backup backup, Progress progress) throws IOException {
        ManifestCheck check = new ManifestCheck(null, progress);
        backup.problems().forEach(check::damage);
        for (var file : listing.below(backup.id() + "/tar_partitions")) {
            try {
                TarWalk.walk(listing.storage(), file, BackupVerifier.most(null, file), new Entries(check));
            } catch (dev.pgvigil.backup.format.FormatException e) {
                check.damage(e.at(file.key()));
            }
        }
        if (backup.kind() == Backup.Kind.FULL) {
            check.end();
        }
        return Verification.of(check.damages(), check.files(), check.bytes());
    }

    private record Entries(ManifestCheck check) implements TarWalk.Visitor {

        @Override
        public void file(String path, long size, java.io.InputStream in) throws IOException {
            check.file(path, size, in);
        }

        @Override
        public void directory(String path) {}

        @Override
        public void link(String path, String to) {}
    }
}
