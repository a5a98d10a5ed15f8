package dev.pgvigil.backup.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files of a repository, read-only by construction. Keys are relative, with {@code /} between their parts. Every method blocks, and fails with
 * an {@link IOException} after a bounded time.
 */
public interface Storage extends AutoCloseable {

    /** Larger than any repository that is looked through within minutes. */
    int MOST_FILES = 500_000;

    /** Where it is, for people; without credentials. */
    String location();

    /** All files below a prefix, sorted by key; fails if there are more than {@link #MOST_FILES}. */
    List<StoredFile> list(String prefix) throws IOException;

    /** One file; null if there is none. */
    @Nullable
    StoredFile head(String key) throws IOException;

    /** The content of a file from an offset to its end. */
    InputStream open(String key, long offset) throws IOException;

    /** The content of a file. */
    default InputStream open(String key) throws IOException {
        return open(key, 0);
    }

    /** The first bytes of a file, fewer if it is shorter. */
    default byte[] first(String key, int bytes) throws IOException {
        try (InputStream in = open(key, 0)) {
            return in.readNBytes(bytes);
        }
    }

    /** The text of a small file; fails if it is larger than 16 MiB. */
    default byte[] small(String key) throws IOException {
        int most = 16 << 20;
        byte[] content = first(key, most + 1);
        if (content.length > most) {
            throw new IOException(key + " is larger than " + most + " bytes");
        }
        return content;
    }

    @Override
    default void close() {}
}
