package dev.pgvigil.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.commons.io.FileUtils;

/**
 * A server's data and processes. It holds no handles, so that every class loader of the JVM can have an instance of the same
 * server.
 *
 * @param arguments settings that must be given at each start
 */
record Instance(int major, Path home, int port, Map<String, String> arguments) {

    private static final String SHARED = "dev.pgvigil.testing.shared.";

    /** Held, because a logger without references loses its level. The server's output is in its own log file. */
    private static final Logger LIBRARY = Logger.getLogger("io.zonky.test.db.postgres");

    private static final Map<String, String> SETTINGS = Map.of(
            "listen_addresses", PgServer.LOOPBACK,
            "unix_socket_directories", "",
            // In the data directory, so that a killed server leaves no files in /dev/shm.
            "dynamic_shared_memory_type", "mmap",
            "shared_buffers", "16MB",
            "max_wal_size", "256MB",
            "max_prepared_transactions", "10",
            "shared_preload_libraries", "pg_stat_statements");

    /** The library sets these as arguments, which override the settings in files. */
    private static final Map<String, String> ARGUMENTS =
            Map.of("timezone", "UTC", "synchronous_commit", "on", "max_connections", "100", "fsync", "off");

    static {
        LIBRARY.setLevel(Level.OFF);
    }

    /** The shared server of a major in this JVM, started if necessary. */
    static Instance shared(int major) {
        synchronized (Instance.class) {
            String known = System.getProperty(SHARED + major);
            if (known != null) {
                Path home = Path.of(known.substring(known.indexOf(' ') + 1));
                return new Instance(major, home, Integer.parseInt(known.substring(0, known.indexOf(' '))), ARGUMENTS);
            }
            Instance started = start(major, Map.of());
            System.setProperty(SHARED + major, started.port + " " + started.home);
            return started;
        }
    }

    /** A new server with these settings in addition to the harness' own. */
    static Instance start(int major, Map<String, String> settings) {
        Map<String, String> arguments = new TreeMap<>(ARGUMENTS);
        arguments.replaceAll(settings::getOrDefault);
        Instance instance = new Instance(major, ServersDirectory.server(major), FreePort.next(), arguments);
        Map<String, String> all = new TreeMap<>(SETTINGS);
        all.putAll(settings);
        instance.start(data -> configure(data, all));
        return instance;
    }

    Path data() {
        return home.resolve("data");
    }

    Processes processes() {
        return new Processes(data());
    }

    /** Starts the server with its existing data. */
    void start() {
        start(data -> {});
    }

    private void start(Consumer<Path> customizer) {
        try {
            // Left by a killed server: its process ID may now belong to a zombie or another process.
            Files.deleteIfExists(data().resolve("postmaster.pid"));
            Files.deleteIfExists(data().resolve("epg-lock"));
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
            arguments.forEach(builder::setServerConfig);
            builder.setPgBinaryResolver(new Binaries(major))
                    .setDataDirectory(data())
                    .setCleanDataDirectory(false)
                    .setDataDirectoryCustomizer(directory -> customizer.accept(directory.toPath()))
                    .setLocaleConfig("locale", "C")
                    .setPort(port)
                    .setRegisterShutdownHook(false)
                    .setOutputRedirector(Redirect.appendTo(logFile()))
                    .setPGStartupWait(Duration.ofSeconds(30))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + major + " does not start:\n" + log(), e);
        }
    }

    String log() {
        try {
            return Files.exists(logFile().toPath()) ? Files.readString(logFile().toPath()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the server, whatever its state, and removes its data. */
    void close() {
        processes().kill();
        processes().removeSharedMemory();
        FileUtils.deleteQuietly(home.toFile());
    }

    private File logFile() {
        return home.resolve("log").toFile();
    }

    private static void configure(Path data, Map<String, String> settings) {
        StringBuilder text = new StringBuilder();
        settings.forEach((name, value) -> text.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        try {
            Files.writeString(data.resolve("postgresql.conf"), text, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        HbaFile.write(data, HbaFile.TRUST);
    }
}
