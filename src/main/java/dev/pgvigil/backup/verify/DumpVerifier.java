package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.DumpArchive;
import dev.pgvigil.backup.format.DumpBlocks;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.inventory.Backup;
import dev.pgvigil.backup.inventory.Listing;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads dumps of {@code pg_dump} to their end. */
final class DumpVerifier {

    private static final String SQL_END = "PostgreSQL database dump complete";
    private static final String CLUSTER_END = "PostgreSQL database cluster dump complete";

    private DumpVerifier() {}

    static Verification verify(Listing listing, Backup backup, Progress progress) throws IOException {
        List<Damage> damages = new ArrayList<>(backup.problems());
        if (!damages.isEmpty()) {
            return Verification.of(damages, 0, 0);
        }
        try {
            switch (backup.layout()) {
                case CUSTOM -> custom(listing.storage(), backup, progress);
                case DIRECTORY -> directory(listing, backup, progress, damages);
                case SQL -> sql(listing.storage(), backup, progress);
                case PLAIN, TAR, TOOL -> throw new IllegalArgumentException(backup.id());
            }
        } catch (FormatException e) {
            damages.add(e.at(backup.id()));
        }
        return Verification.of(damages, backup.files(), backup.bytes());
    }

    private static void custom(Storage storage, Backup backup, Progress progress) throws IOException {
        try (InputStream stored = storage.open(backup.id());
                InputStream read = new Counting(new BufferedInputStream(stored, 1 << 17), progress)) {
            DumpArchive.DumpInput in = new DumpArchive.DumpInput(read);
            new DumpBlocks(DumpArchive.read(in), in).rows();
        }
    }

    /** Every file that the contents name is there and can be uncompressed. */
    private static void directory(Listing listing, Backup backup, Progress progress, List<Damage> damages)
            throws IOException {
        Storage storage = listing.storage();
        DumpArchive archive;
        try (InputStream in = storage.open(Listing.in(backup.id(), "toc.dat"))) {
            archive = DumpArchive.read(new DumpArchive.DumpInput(in));
        }
        for (DumpArchive.Entry entry : archive.entries()) {
            if (!entry.data() || entry.file() == null) {
                continue;
            }
            String key = Listing.in(backup.id(), entry.file());
            StoredFile file = listing.file(key);
            for (String suffix : List.of(".gz", ".lz4", ".zst")) {
                file = file == null ? listing.file(key + suffix) : file;
            }
            if (file == null) {
                damages.add(new Damage(Damage.Kind.MISSING, key, "the data of " + entry.name() + " is missing"));
                continue;
            }
            try (InputStream stored = storage.open(file.key());
                    InputStream in = Compression.of(file.name()).open(new Counting(stored, progress))) {
                drain(in);
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                damages.add(new Damage(
                        Damage.Kind.BAD_ARCHIVE,
                        file.key(),
                        "the data of " + entry.name() + " is damaged: " + e.getMessage()));
            }
        }
    }

    /** A tar file has the contents first, then a file for each entry with data. */
    static Verification tar(Listing listing, Backup backup, Progress progress) throws IOException {
        List<Damage> damages = new ArrayList<>(backup.problems());
        try (InputStream stored = listing.storage().open(backup.id());
                TarArchiveInputStream entries =
                        new TarArchiveInputStream(new Counting(new BufferedInputStream(stored, 1 << 17), progress))) {
            entries.getNextEntry();
            DumpArchive archive = DumpArchive.read(new DumpArchive.DumpInput(entries));
            Set<String> found = new HashSet<>();
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                found.add(entry.getName());
                drain(entries);
            }
            for (DumpArchive.Entry entry : archive.entries()) {
                if (entry.data() && entry.file() != null && !found.contains(entry.file())) {
                    damages.add(new Damage(
                            Damage.Kind.MISSING, backup.id(), "the data of " + entry.name() + " is missing"));
                }
            }
        } catch (FormatException e) {
            damages.add(e.at(backup.id()));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            damages.add(
                    new Damage(Damage.Kind.BAD_ARCHIVE, backup.id(), "it is truncated or damaged: " + e.getMessage()));
        }
        return Verification.of(damages, backup.files(), backup.bytes());
    }

    /** Its last line says that it is complete. */
    private static void sql(Storage storage, Backup backup, Progress progress) throws IOException {
        byte[] tail = new byte[1 << 12];
        int kept = 0;
        try (InputStream stored = storage.open(backup.id());
                InputStream in = Compression.of(backup.id()).open(new Counting(stored, progress))) {
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                int fresh = Math.min(count, tail.length);
                int old = Math.min(kept, tail.length - fresh);
                System.arraycopy(tail, kept - old, tail, 0, old);
                System.arraycopy(buffer, count - fresh, tail, old, fresh);
                kept = old + fresh;
            }
        } catch (java.io.EOFException | java.util.zip.ZipException e) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, "it is truncated or damaged: " + e.getMessage());
        }
        String end = new String(tail, 0, kept, StandardCharsets.UTF_8);
        if (!end.contains(SQL_END) && !end.contains(CLUSTER_END)) {
            throw new FormatException(
                    Damage.Kind.BAD_ARCHIVE, "it does not end as a complete dump does: it is truncated");
        }
    }

    private static void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        while (in.read(buffer) >= 0) {
            // verifies the checksums of the compression
        }
    }

    /** Reports the bytes that are read. */
    static final class Counting extends java.io.FilterInputStream {

        private final Progress progress;

        Counting(InputStream in, Progress progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = super.read(bytes, from, count);
            progress.read(Math.max(0, read));
            return read;
        }
    }
}
