package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.stream.Stream;

/** Creates a standby by copying a running primary's files, because pg_basebackup is not among the embedded binaries. */
final class StandbyCopy {

    private static final Set<String> LEFT_OUT =
            Set.of("postmaster.pid", "postmaster.opts", "epg-lock", "standby.signal");

    private StandbyCopy() {}

    /** A running standby that streams from the primary. */
    static Instance of(PgServer primary, Instance source) {
        Instance standby = new Instance(
                source.major(), ServersDirectory.server(source.major()), FreePort.next(), source.arguments());
        String slot = PgServer.unique("standby");
        primary.sql("select pg_create_physical_replication_slot('" + slot + "', true)");
        backup(primary, source.data(), standby.data());
        follow(standby.data(), primary, slot);
        standby.start();
        Waiting.until(
                "the standby streams",
                () -> "streaming"
                        .equals(primary.value("select r.state from pg_stat_replication r"
                                + " join pg_replication_slots s on s.active_pid = r.pid where s.slot_name = '" + slot
                                + "'")));
        return standby;
    }

    private static void backup(PgServer primary, Path from, Path to) {
        boolean modern = primary.major() >= 15;
        try (Connection connection = primary.jdbc("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    modern
                            ? "select pg_backup_start('standby', true)"
                            : "select pg_start_backup('standby', true, false)");
            copy(from, to);
            String stop = modern ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)";
            try (ResultSet rows = statement.executeQuery("select labelfile from " + stop)) {
                rows.next();
                Files.writeString(to.resolve("backup_label"), rows.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void follow(Path data, PgServer primary, String slot) {
        String settings = """
                primary_conninfo = 'host=%s port=%d user=postgres application_name=%s'
                primary_slot_name = '%s'
                """.formatted(primary.host(), primary.port(), slot, slot);
        try {
            Files.writeString(data.resolve("postgresql.auto.conf"), settings, StandardOpenOption.APPEND);
            Files.createFile(data.resolve("standby.signal"));
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                copy(file, from.relativize(file), to);
            }
        }
    }

    private static void copy(Path file, Path name, Path to) throws IOException {
        boolean wal = name.startsWith("pg_wal") && !Files.isDirectory(file);
        boolean memory = name.startsWith("pg_dynshmem") && !Files.isDirectory(file);
        if (wal || memory || LEFT_OUT.contains(name.toString())) {
            return;
        }
        try {
            Files.copy(file, to.resolve(name.toString()));
        } catch (NoSuchFileException e) {
            // A running server removes files; WAL since the start of the backup contains those changes.
        }
    }
}
