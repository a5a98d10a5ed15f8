package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.ArchivePath;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads dumps of {@code pg_dump} to their end. */
final class DumpVerifier {

    private static final String SQL_END = "PostgreSQL database dump complete";
    private static final String CLUSTER_BEGIN = "-- PostgreSQL database cluster dump";
    private static final String CLUSTER_END = "PostgreSQL database cluster dump complete";

    /** With COPY and with INSERT: what ends earlier has lost rows. */
    private static final String END_OF_ROWS = "\n\n";

    private static final int TAIL = 1 << 12;
    private static final int LARGEST_LIST = 16 << 20;
    private static final int MOST_FILES = 5_000_000;

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
            String end = entry.description().equals("TABLE DATA") ? END_OF_ROWS : "";
            data(listing, backup, entry.file(), entry.name(), end, progress, damages);
            if (entry.file().endsWith(".toc")) {
                for (String object : largeObjects(listing, Listing.in(backup.id(), entry.file()))) {
                    data(listing, backup, object, "large object " + object, "", progress, damages);
                }
            }
        }
    }

    /** Reads a file of data, which a compression may have added to the name of. */
    private static void data(
            Listing listing,
            Backup backup,
            String name,
            String what,
            String end,
            Progress progress,
            List<Damage> damages)
            throws IOException {
        String key = Listing.in(backup.id(), name);
        StoredFile file = listing.file(key);
        for (String suffix : List.of(".gz", ".lz4", ".zst")) {
            file = file == null ? listing.file(key + suffix) : file;
        }
        if (file == null) {
            damaged(damages, Damage.Kind.MISSING, key, "the data of " + what + " is missing");
            return;
        }
        try (InputStream stored = listing.storage().open(file.key());
                InputStream in = Compression.of(file.name()).open(new Counting(stored, progress))) {
            if (!new String(tail(in), StandardCharsets.ISO_8859_1).endsWith(end)) {
                damaged(damages, Damage.Kind.BAD_ARCHIVE, file.key(), "the data of " + what + " is truncated");
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            damaged(
                    damages,
                    Damage.Kind.BAD_ARCHIVE,
                    file.key(),
                    "the data of " + what + " is damaged: " + e.getMessage());
        }
    }

    /** The files of large objects that a list names; none if the list is missing, which is told for itself. */
    private static List<String> largeObjects(Listing listing, String list) throws IOException {
        return listing.file(list) == null
                ? List.of()
                : largeObjects(listing.storage().small(list));
    }

    /** Lines such as {@code 16385 blob_16385.dat}. */
    private static List<String> largeObjects(byte[] list) throws FormatException {
        List<String> names = new ArrayList<>();
        for (String line : new String(list, StandardCharsets.UTF_8).split("\n", -1)) {
            String[] fields = line.split(" ", 2);
            if (fields.length == 2) {
                names.add(ArchivePath.safe(fields[1]));
            } else if (!line.isEmpty()) {
                throw new FormatException(Damage.Kind.BAD_ARCHIVE, "its list of large objects is damaged");
            }
        }
        return names;
    }

    private static void damaged(List<Damage> damages, Damage.Kind kind, String where, String text) {
        if (damages.size() < Verification.MOST) {
            damages.add(new Damage(kind, where, text));
        }
    }

    /** A tar file has the contents first, then a file for each entry with data. */
    static Verification tar(Listing listing, Backup backup, Progress progress) throws IOException {
        List<Damage> damages = new ArrayList<>(backup.problems());
        try (InputStream stored = listing.storage().open(backup.id());
                TarArchiveInputStream entries =
                        new TarArchiveInputStream(new Counting(new BufferedInputStream(stored, 1 << 17), progress))) {
            if (entries.getNextEntry() == null) {
                throw new FormatException(Damage.Kind.BAD_ARCHIVE, "the tar file is empty");
            }
            DumpArchive archive = DumpArchive.read(new DumpArchive.DumpInput(entries));
            Set<String> found = new HashSet<>();
            List<String> wanted = new ArrayList<>();
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (found.size() >= MOST_FILES) {
                    throw new FormatException(Damage.Kind.HOSTILE, "it has more than " + MOST_FILES + " files");
                }
                found.add(entry.getName());
                if (entry.getName().endsWith(".toc") && entry.getSize() <= LARGEST_LIST) {
                    wanted.addAll(largeObjects(entries.readAllBytes()));
                }
                tail(entries);
            }
            for (DumpArchive.Entry entry : archive.entries()) {
                if (entry.data() && entry.file() != null) {
                    wanted.add(file(entry, found));
                }
            }
            wanted.stream()
                    .filter(name -> !found.contains(name))
                    .forEach(name ->
                            damaged(damages, Damage.Kind.MISSING, backup.id(), "the data in " + name + " is missing"));
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

    /** The contents of a tar file name one for large objects that is not made: in its place is the list of their files. */
    private static String file(DumpArchive.Entry entry, Set<String> found) {
        if (!entry.description().equals("BLOBS")) {
            return String.valueOf(entry.file());
        }
        String own = "blobs_" + entry.id() + ".toc";
        return found.contains(own) ? own : "blobs.toc";
    }

    /** Its last words say that it is complete. */
    private static void sql(Storage storage, Backup backup, Progress progress) throws IOException {
        String begin = new String(sqlHead(storage, backup), StandardCharsets.UTF_8);
        // A dump of all databases has the dumps of each, with their own ends.
        String wanted = begin.contains(CLUSTER_BEGIN) ? CLUSTER_END : SQL_END;
        try (InputStream stored = storage.open(backup.id());
                InputStream in = Compression.of(backup.id()).open(new Counting(stored, progress))) {
            if (!ends(new String(tail(in), StandardCharsets.UTF_8), wanted)) {
                throw new FormatException(
                        Damage.Kind.BAD_ARCHIVE, "it does not end as a complete dump does: it is truncated");
            }
        }
    }

    private static byte[] sqlHead(Storage storage, Backup backup) throws IOException {
        try (InputStream stored = storage.open(backup.id());
                InputStream in = Compression.of(backup.id()).open(stored)) {
            return in.readNBytes(TAIL);
        }
    }

    /** Whether that comment is the last, with nothing but comments' frames and psql's end of restricted mode after it. */
    private static boolean ends(String tail, String comment) {
        boolean complete = false;
        for (String line : tail.split("\n", -1)) {
            String text = line.strip();
            if (text.equals("-- " + comment)) {
                complete = true;
            } else if (!text.isEmpty() && !text.equals("--") && !text.startsWith("\\unrestrict ")) {
                complete = false;
            }
        }
        return complete;
    }

    /** Reads to the end, which verifies the checksums of the compression; the last bytes. */
    private static byte[] tail(InputStream in) throws IOException {
        byte[] tail = new byte[TAIL];
        int kept = 0;
        byte[] buffer = new byte[1 << 16];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            int fresh = Math.min(count, tail.length);
            int old = Math.min(kept, tail.length - fresh);
            System.arraycopy(tail, kept - old, tail, 0, old);
            System.arraycopy(buffer, count - fresh, tail, old, fresh);
            kept = old + fresh;
        }
        return Arrays.copyOf(tail, kept);
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
