package dev.pgvigil.backup.verify;

import dev.pgvigil.backup.format.ArchivePath;
import dev.pgvigil.backup.format.Compression;
import dev.pgvigil.backup.format.Damage;
import dev.pgvigil.backup.format.FormatException;
import dev.pgvigil.backup.format.UnsupportedCompressionException;
import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Walks a tar file of a backup. Names that lead out of it, devices, foreign links and more content than there can be are refused. */
public final class TarWalk {

    private TarWalk() {}

    /** Takes the entries in order. */
    public interface Visitor {

        /** A file: read {@code in} to its end, or not at all. */
        void file(String path, long size, InputStream in) throws IOException;

        void directory(String path) throws IOException;

        /** A tablespace, or {@code pg_wal} elsewhere. */
        void link(String path, String to) throws IOException;
    }

    /**
     * Walks the file.
     *
     * @param most bytes of content, beyond which it is refused
     * @throws FormatException if it is damaged, truncated or hostile
     */
    public static void walk(Storage storage, StoredFile file, long most, Visitor visitor) throws IOException {
        try (InputStream stored = storage.open(file.key());
                InputStream content = Compression.of(file.name()).open(stored);
                Counted counted = new Counted(content, most);
                TarArchiveInputStream entries = new TarArchiveInputStream(counted)) {
            boolean any = false;
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                visit(entry, entries, visitor);
                any = true;
            }
            // What follows the end of the archive is read as well, so that the checksum of the compression is verified.
            byte[] rest = new byte[1 << 16];
            while (counted.read(rest) >= 0) {
                // padding
            }
            if (!any) {
                throw new FormatException(Damage.Kind.BAD_ARCHIVE, "the tar file is empty");
            }
        } catch (FormatException | InterruptedIOException | UnsupportedCompressionException | FileSystemException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, "a header of the tar file is damaged");
        } catch (IOException e) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, "the file is truncated or damaged: " + e.getMessage());
        }
    }

    private static void visit(TarArchiveEntry entry, TarArchiveInputStream entries, Visitor visitor)
            throws IOException {
        String path = ArchivePath.safe(entry.getName());
        if (path.isEmpty()) {
            return;
        }
        if (!entry.isCheckSumOK()) {
            throw new FormatException(Damage.Kind.BAD_ARCHIVE, "the header of the entry " + path + " is damaged");
        }
        if (entry.isSymbolicLink()) {
            if (!path.matches("pg_tblspc/[0-9]+|pg_wal")) {
                throw hostile(path, "a link that no backup has");
            }
            visitor.link(path, entry.getLinkName());
        } else if (entry.isDirectory()) {
            visitor.directory(path);
        } else if (entry.isFile() && !entry.isLink() && !entry.isSparse()) {
            if (entry.getSize() < 0) {
                throw hostile(path, "a file of " + entry.getSize() + " bytes");
            }
            visitor.file(path, entry.getSize(), entries);
        } else {
            throw hostile(path, "neither a file nor a directory");
        }
    }

    private static FormatException hostile(String path, String text) {
        return new FormatException(Damage.Kind.HOSTILE, "the entry " + path + " is " + text);
    }

    /** Ends a stream that has more than it can have, such as zeros that compress well. */
    private static final class Counted extends InputStream {

        private final InputStream in;
        private long left;

        Counted(InputStream in, long most) {
            this.in = in;
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            return counted(in.read(), 1);
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = in.read(bytes, from, count);
            return counted(read, Math.max(0, read));
        }

        private int counted(int result, long count) throws IOException {
            left -= count;
            if (left < 0) {
                throw new FormatException(
                        Damage.Kind.HOSTILE, "it has far more content than the backup: it is not unpacked further");
            }
            return result;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
