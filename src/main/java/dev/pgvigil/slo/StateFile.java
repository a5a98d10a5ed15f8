package dev.pgvigil.slo;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * The counts of all objectives in a file, so that a restart does not forget them. It is replaced atomically, compressed with a
 * checksum, and has a version. What it cannot be read from is kept beside it, and nothing of it is used.
 */
record StateFile(Path path) {

    private static final int MAGIC = 0x7067_7653;
    private static final int VERSION = 1;

    /** What reading it came to. */
    sealed interface Result {

        /** These objectives continue. */
        record Restored(int objectives) implements Result {}

        /** There is no such file. */
        record Absent() implements Result {}

        /** The file is damaged, of another version, or cannot be read. */
        record Unusable(String reason) implements Result {}
    }

    /** Reads it; what does not belong to the file's objectives is left alone. */
    Result read(Objectives objectives, long now) {
        try (DataInputStream in = new DataInputStream(
                new GZIPInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16)))) {
            if (in.readInt() != MAGIC) {
                return unusable("not a file of objectives");
            }
            int version = in.readInt();
            if (version != VERSION) {
                return unusable("version " + version + ", not " + VERSION);
            }
            int read = objectives.read(in, now);
            // only the end of the stream verifies the checksum
            if (in.read() != -1) {
                objectives.forget();
                return unusable("longer than it says");
            }
            return new Result.Restored(read);
        } catch (NoSuchFileException e) {
            return new Result.Absent();
        } catch (EOFException e) {
            objectives.forget();
            return unusable("it ends too early");
        } catch (ZipException e) {
            objectives.forget();
            return unusable("it is damaged");
        } catch (IOException e) {
            objectives.forget();
            return unusable(String.valueOf(e.getMessage()));
        }
    }

    private Result unusable(String reason) {
        try {
            Files.move(path, beside(".unusable"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            return new Result.Unusable(reason + "; it could not be kept either");
        }
        return new Result.Unusable(reason);
    }

    /** Replaces it. */
    void write(Objectives objectives) throws IOException {
        Path next = beside(".next");
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new Fast(Files.newOutputStream(next)), 1 << 16))) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            objectives.write(out);
        }
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path beside(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** Counts are mostly zeros and full buckets: the fastest level makes them small. */
    private static final class Fast extends GZIPOutputStream {

        Fast(OutputStream out) throws IOException {
            super(out, 1 << 16);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
