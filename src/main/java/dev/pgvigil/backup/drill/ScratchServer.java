package dev.pgvigil.backup.drill;

import dev.pgvigil.backup.format.ControlFile;
import dev.pgvigil.backup.format.WalLimits;
import dev.pgvigil.backup.verify.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server on restored data. It listens on a Unix socket in a directory of its own and nowhere else, archives nothing, connects to
 * nobody, and loads no library of the original. It ends with {@link #close}, at its deadline, or when the drill is cancelled.
 */
final class ScratchServer implements AutoCloseable {

    private static final int LONGEST_SOCKET = 107;
    private static final long POLL_NANOS = 100_000_000;

    private final Path drill;
    private final String user;
    private final Process process;
    private final Path log;

    private ScratchServer(Path drill, String user, Process process, Path log) {
        this.drill = drill;
        this.user = user;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the server; it is not ready yet.
     *
     * @param recovery settings of the recovery; empty: it only starts
     */
    static ScratchServer start(
            Path drill,
            DrillPlan plan,
            int major,
            @Nullable WalLimits fromWal,
            Map<String, String> recovery,
            Progress progress)
            throws IOException, DrillException {
        Path socket = drill.resolve("s");
        if (socket.resolve(".s.PGSQL.5432").toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET) {
            throw DrillException.failed("the path of the scratch directory is too long for a socket");
        }
        Files.createDirectories(
                socket, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        configure(drill, major, limits(drill, fromWal), recovery);
        if (!recovery.isEmpty()) {
            Files.createFile(drill.resolve("data/recovery.signal"));
        }
        Path log = drill.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command(plan.programs(), drill));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        Process process = builder.directory(drill.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile())
                .start();
        ScratchServer server = new ScratchServer(drill, plan.user(), process, log);
        server.watch(progress, plan.deadline());
        return server;
    }

    /** Ends the server when nobody waits for it any more, so that no statement runs on. */
    private void watch(Progress progress, Duration deadline) {
        long until = System.nanoTime() + deadline.toNanos();
        Thread.ofVirtual().name("pgvigil-drill-watch").start(() -> {
            while (process.isAlive()) {
                if (progress.cancelled() || System.nanoTime() - until > 0) {
                    Scratch.end(process.toHandle());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        });
    }

    private static List<String> command(Path programs, Path drill) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/nice"))) {
            command.addAll(List.of("/usr/bin/nice", "-n", "10"));
        }
        // PostgreSQL refuses to run as root: in a user namespace of its own it is nobody.
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(
                programs.resolve("postgres").toString(),
                "-D",
                drill.resolve("data").toString(),
                "-c",
                "config_file=" + drill.resolve("server.conf")));
        return command;
    }

    /** What the source had, by its control file and its WAL: with less, recovery stops. */
    private static WalLimits limits(Path drill, @Nullable WalLimits fromWal) throws IOException {
        ControlFile control = ControlFile.parse(Files.readAllBytes(drill.resolve("data/global/pg_control")));
        WalLimits limits = new WalLimits(20, 8, 5, 0, 64);
        limits = control.limits() == null ? limits : limits.max(control.limits());
        return fromWal == null ? limits : limits.max(fromWal);
    }

    private static void configure(Path drill, int major, WalLimits limits, Map<String, String> recovery)
            throws IOException {
        Files.writeString(drill.resolve("hba.conf"), "local all all trust\n");
        Files.writeString(drill.resolve("ident.conf"), "");
        Map<String, String> settings = new TreeMap<>(Map.of(
                "data_directory", drill.resolve("data").toString(),
                "hba_file", drill.resolve("hba.conf").toString(),
                "ident_file", drill.resolve("ident.conf").toString(),
                "listen_addresses", "",
                "unix_socket_directories", drill.resolve("s").toString(),
                "unix_socket_permissions", "0700",
                "port", "5432",
                "lc_messages", "C",
                "dynamic_shared_memory_type", "mmap"));
        settings.putAll(Map.of(
                "archive_mode", "off",
                "shared_preload_libraries", "",
                "session_preload_libraries", "",
                "local_preload_libraries", "",
                "primary_conninfo", "",
                "primary_slot_name", "",
                "synchronous_standby_names", "",
                "max_logical_replication_workers", "0",
                "ssl", "off",
                "autovacuum", "off"));
        settings.putAll(Map.of(
                "fsync", "off",
                "full_page_writes", "off",
                "jit", "off",
                "huge_pages", "off",
                "hot_standby", "on",
                "shared_buffers", "32MB",
                "log_timezone", "UTC",
                "timezone", "UTC",
                "logging_collector", "off",
                "log_destination", "stderr"));
        settings.putAll(Map.of(
                "max_connections", String.valueOf(limits.connections()),
                "max_worker_processes", String.valueOf(limits.workers()),
                "max_wal_senders", String.valueOf(limits.walSenders()),
                "max_prepared_transactions", String.valueOf(limits.prepared()),
                "max_locks_per_transaction", String.valueOf(limits.locks())));
        if (major >= 17) {
            settings.put("event_triggers", "off");
        }
        settings.putAll(recovery);
        StringBuilder text = new StringBuilder();
        settings.forEach((name, value) -> text.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        Files.writeString(drill.resolve("server.conf"), text);
    }

    /** Whether its process runs. */
    boolean running() {
        return process.isAlive();
    }

    /** A connection; fails while the server does not accept any. */
    Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
        properties.setProperty(
                "socketFactoryArg", drill.resolve("s/.s.PGSQL.5432").toString());
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("PGDBNAME", database);
        properties.setProperty("options", "-c search_path=pg_catalog -c client_min_messages=error");
        Connection connection = new org.postgresql.Driver().connect("jdbc:postgresql://localhost/", properties);
        if (connection == null) {
            throw new SQLException("the driver does not know its own URL");
        }
        return connection;
    }

    /** The last lines of its log. */
    List<String> log(int lines) {
        try {
            List<String> all = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Waits a moment. */
    static void pause() {
        LockSupport.parkNanos(POLL_NANOS);
    }

    @Override
    public void close() {
        Scratch.end(process.toHandle());
    }
}
