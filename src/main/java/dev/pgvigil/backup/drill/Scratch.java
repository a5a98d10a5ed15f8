package dev.pgvigil.backup.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which drills are run. It is locked for one process. Whatever a killed process left behind is stopped and removed before
 * the next drill; nothing else in it is touched.
 */
public final class Scratch implements AutoCloseable {

    static final String PREFIX = "pgvigil-drill-";
    static final String MARKER = "made-by-pgvigil";

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private Scratch(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Locks the directory, which is created if necessary, and removes what is left of earlier drills.
     *
     * @return null if another process has it
     */
    public static @Nullable Scratch open(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel = FileChannel.open(
                directory.resolve(".pgvigil-lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            return null;
        }
        Scratch scratch = new Scratch(directory.toRealPath(), channel, lock);
        scratch.sweep();
        return scratch;
    }

    public Path directory() {
        return directory;
    }

    /** A new directory for one drill, which nobody else can read. */
    Path create() throws IOException {
        Path drill = Files.createTempDirectory(
                directory, PREFIX, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createFile(drill.resolve(MARKER));
        return drill;
    }

    /** Removes what earlier drills left; returns how many there were. */
    public int sweep() throws IOException {
        List<Path> left;
        try (Stream<Path> entries = Files.list(directory)) {
            left = entries.filter(entry ->
                            entry.getFileName().toString().startsWith(PREFIX) && Files.exists(entry.resolve(MARKER)))
                    .toList();
        }
        for (Path drill : left) {
            remove(drill);
        }
        return left.size();
    }

    /** Ends the server of a drill, if it runs, and removes its directory. */
    static void remove(Path drill) throws IOException {
        server(drill).ifPresent(Scratch::end);
        for (int attempt = 0; Files.exists(drill) && attempt < 5; attempt++) {
            delete(drill, attempt == 4);
        }
    }

    /** The postmaster of a drill: by its pid file, and only if its command names the drill's directory. */
    private static Optional<ProcessHandle> server(Path drill) throws IOException {
        Path file = drill.resolve("data/postmaster.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String first = Files.readString(file, StandardCharsets.ISO_8859_1)
                .split("\n", 2)[0]
                .strip();
        if (!first.matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        Path command = Path.of("/proc", first, "cmdline");
        boolean own = Files.exists(command)
                && Files.readString(command, StandardCharsets.ISO_8859_1).contains(drill.toString());
        return own ? ProcessHandle.of(Long.parseLong(first)) : Optional.empty();
    }

    /** Ends a process and its children. */
    static void end(ProcessHandle process) {
        List<ProcessHandle> all =
                Stream.concat(Stream.of(process), process.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : all) {
            try {
                each.onExit().get(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
                // its files are removed all the same
            }
        }
    }

    private static void delete(Path drill, boolean last) throws IOException {
        try {
            Files.walkFileTree(drill, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    // The marker goes with its directory, so that a removal that is killed is continued.
                    if (!file.equals(drill.resolve(MARKER))) {
                        Files.deleteIfExists(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                        throws IOException {
                    if (directory.equals(drill)) {
                        Files.deleteIfExists(drill.resolve(MARKER));
                    }
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // A server that is just ending still writes.
            if (last) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
