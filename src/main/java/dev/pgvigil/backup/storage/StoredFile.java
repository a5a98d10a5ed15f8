package dev.pgvigil.backup.storage;

import java.time.Instant;

/** A file of a repository. */
public record StoredFile(String key, long size, Instant modified) {

    /** The last part of the key. */
    public String name() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    /** The key of the directory that contains it; empty for the root. */
    public String directory() {
        int slash = key.lastIndexOf('/');
        return slash < 0 ? "" : key.substring(0, slash);
    }
}
