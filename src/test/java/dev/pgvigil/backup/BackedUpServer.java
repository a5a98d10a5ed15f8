package dev.pgvigil.backup;

import dev.pgvigil.testing.PgServer;
import dev.pgvigil.testing.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.FileUtils;
import org.awaitility.Awaitility;

/** A real server with a table {@code orders}, an archive of WAL, and base backups in real formats. */
public final class BackedUpServer implements AutoCloseable {

    private final PgServer server;
    private final Path folder;

    private BackedUpServer(PgServer server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    public static BackedUpServer start(int major, Path folder) {
        return start(major, folder, Map.of());
    }

    public static BackedUpServer start(int major, Path folder, Map<String, String> more) {
        try {
            Path archive = Files.createDirectories(folder.resolve("wal"));
            Map<String, String> settings = new java.util.HashMap<>(Map.of(
                    "archive_mode", "on",
                    "archive_command", "cp %p " + archive + "/%f",
                    "track_commit_timestamp", "on",
                    "max_wal_senders", "5"));
            settings.putAll(more);
            BackedUpServer backedUp = new BackedUpServer(PgServer.start(major, settings), folder);
            backedUp.server.sql(
                    "create table orders (id int primary key, item text)",
                    "insert into orders select i, 'item ' || i from generate_series(1, 2000) i");
            return backedUp;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public PgServer server() {
        return server;
    }

    public Path folder() {
        return folder;
    }

    public Path archive() {
        return folder.resolve("wal");
    }

    /** The directory of the server's programs. */
    public Path programs() {
        return Path.of(String.valueOf(server.value("select setting from pg_config where name = 'BINDIR'")));
    }

    /** A backup in tar format, made by the server or by {@code pg_basebackup}, with its WAL if {@code wal}. */
    public Path tar(String name, boolean wal) {
        Path to = folder.resolve(name);
        if (server.major() >= 15) {
            byTheServer(to, "WAL " + wal);
        } else {
            byTheProgram(to, wal, "-Ft");
        }
        return to;
    }

    /** A backup as a plain directory. */
    public Path plain(String name, boolean wal) {
        Path to = folder.resolve(name);
        if (server.major() >= 15) {
            Path tar = tar(name + "-tar", wal);
            unpack(tar.resolve("base.tar"), to);
            copy(tar.resolve("backup_manifest"), to.resolve("backup_manifest"));
            FileUtils.deleteQuietly(tar.toFile());
        } else {
            byTheProgram(to, wal, "-Fp");
        }
        return to;
    }

    /** A backup made by the server with these options of {@code BASE_BACKUP}. */
    public void byTheServer(Path to, String options) {
        Properties properties = new Properties();
        properties.setProperty("user", "postgres");
        properties.setProperty("replication", "true");
        properties.setProperty("assumeMinServerVersion", "15");
        properties.setProperty("preferQueryMode", "simple");
        String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres";
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement()) {
            statement.execute("BASE_BACKUP (CHECKPOINT 'fast', WAIT true, MANIFEST 'yes', " + options
                    + ", TARGET 'server', TARGET_DETAIL '" + to + "')");
        } catch (SQLException e) {
            // The driver does not know the last message. Whether all is there is what the tests verify.
            if (!"0A000".equals(e.getSQLState())) {
                throw new IllegalStateException(e);
            }
        }
        if (!Files.exists(to.resolve("backup_manifest"))) {
            throw new IllegalStateException("no backup at " + to);
        }
    }

    private void byTheProgram(Path to, boolean wal, String format) {
        Tools.assume("pg_basebackup");
        run(List.of(
                "pg_basebackup",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(server.port()),
                "-U",
                "postgres",
                "-D",
                to.toString(),
                format,
                "-X",
                wal ? "fetch" : "none",
                "--checkpoint=fast"));
    }

    /** Runs a program to its end. */
    public static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + output);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Commits a row. */
    public void insert(int id) {
        server.sql("insert into orders values (" + id + ", 'item " + id + "')");
    }

    /** Completes the current segment; returns when it is in the archive. */
    public void archiveNow() {
        String name = server.value("select pg_walfile_name(pg_switch_wal())");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(archive().resolve(String.valueOf(name)))
                        && String.valueOf(name)
                                        .compareTo(String.valueOf(server.value(
                                                "select coalesce(last_archived_wal, '') from pg_stat_archiver")))
                                <= 0);
    }

    static void unpack(Path tar, Path to) {
        try (InputStream in = Files.newInputStream(tar);
                TarArchiveInputStream entries = new TarArchiveInputStream(in)) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path path = to.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    Files.copy(entries, path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of a directory by hard links, whose files are to be damaged by the methods of this class only. */
    public static Path copyOf(Path directory, Path to) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = to.resolve(directory.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.createLink(copy, file);
                }
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes one byte of a file. */
    public static void flip(Path file, long at) {
        rewrite(file, channel -> {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 0x55)).rewind();
            channel.write(one, at);
        });
    }

    /** Cuts a file off. */
    public static void truncate(Path file, long bytes) {
        rewrite(file, channel -> channel.truncate(bytes));
    }

    private interface Change {
        void of(FileChannel channel) throws IOException;
    }

    private static void rewrite(Path file, Change change) {
        try {
            Path own = file.resolveSibling(file.getFileName() + ".own");
            Files.copy(file, own);
            try (FileChannel channel = FileChannel.open(own, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                change.of(channel);
            }
            Files.move(own, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The largest file below a directory whose path matches. */
    public static Path largest(Path directory, String pattern) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> directory.relativize(file).toString().matches(pattern))
                    .max(java.util.Comparator.comparingLong(
                            file -> file.toFile().length()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
