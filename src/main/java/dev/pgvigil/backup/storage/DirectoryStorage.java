package dev.pgvigil.backup.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A directory. Symbolic links are not followed, and no key leads out of it. */
public final class DirectoryStorage implements Storage {

    private final Path root;

    public DirectoryStorage(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public List<StoredFile> list(String prefix) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root.toString(), null, "the directory of the repository does not exist");
        }
        Path from = resolve(prefix);
        List<StoredFile> files = new ArrayList<>();
        if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
            Files.walkFileTree(from, new Collector(files));
        }
        files.sort(Comparator.comparing(StoredFile::key));
        return files;
    }

    @Override
    public @Nullable StoredFile head(String key) throws IOException {
        Path file = resolve(key);
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? stored(file, attributes) : null;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public InputStream open(String key, long offset) throws IOException {
        SeekableByteChannel channel =
                Files.newByteChannel(resolve(key), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        try {
            return Channels.newInputStream(channel.position(offset));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private Path resolve(String key) throws IOException {
        Path path;
        try {
            path = root.resolve(key).normalize();
        } catch (InvalidPathException e) {
            throw new IOException("the name is not one in the encoding of this machine: " + key, e);
        }
        if (!path.startsWith(root)) {
            throw new IOException("the key leads out of the repository: " + key);
        }
        return path;
    }

    private StoredFile stored(Path file, BasicFileAttributes attributes) {
        return new StoredFile(
                root.relativize(file).toString(),
                attributes.size(),
                attributes.lastModifiedTime().toInstant());
    }

    private final class Collector extends SimpleFileVisitor<Path> {

        private final List<StoredFile> files;

        Collector(List<StoredFile> files) {
            this.files = files;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (files.size() >= MOST_FILES) {
                throw new IOException("the repository has more than " + MOST_FILES + " files");
            }
            if (attributes.isRegularFile()) {
                files.add(stored(file, attributes));
            }
            return FileVisitResult.CONTINUE;
        }

        /** A file that a tool has just removed. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }
    }
}
