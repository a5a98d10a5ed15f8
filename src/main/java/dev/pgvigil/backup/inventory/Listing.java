package dev.pgvigil.backup.inventory;

import dev.pgvigil.backup.storage.Storage;
import dev.pgvigil.backup.storage.StoredFile;
import java.io.IOException;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All files of a repository at one moment. */
public final class Listing {

    private final Storage storage;
    private final NavigableMap<String, StoredFile> files = new TreeMap<>();

    private Listing(Storage storage) {
        this.storage = storage;
    }

    public static Listing of(Storage storage) throws IOException {
        Listing listing = new Listing(storage);
        storage.list("").forEach(file -> listing.files.put(file.key(), file));
        return listing;
    }

    public Storage storage() {
        return storage;
    }

    public Collection<StoredFile> all() {
        return files.values();
    }

    public @Nullable StoredFile file(String key) {
        return files.get(key);
    }

    /** The files in a directory and below; of the whole repository if it is empty. */
    public Collection<StoredFile> below(String directory) {
        return directory.isEmpty()
                ? files.values()
                : files.subMap(directory + "/", true, directory + "0", false).values();
    }

    /** A key in a directory. */
    public static String in(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /** The first file of a directory that has one of these names. */
    @Nullable
    StoredFile first(String directory, String... names) {
        for (String name : names) {
            StoredFile file = files.get(in(directory, name));
            if (file != null) {
                return file;
            }
        }
        return null;
    }

    long bytes(String directory) {
        return below(directory).stream().mapToLong(StoredFile::size).sum();
    }
}
