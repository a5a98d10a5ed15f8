package dev.pgvigil.testing;

import dev.pgvigil.postgres.Server;
import dev.pgvigil.postgres.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real PgBouncer in front of a server, which trusts the users {@code postgres} and {@code stats}. Ends at {@link #close}. */
public final class PgBouncer implements AutoCloseable {

    public static final String PROGRAM = "pgbouncer";

    private static final long PATIENCE_SECONDS = 10;

    private final int port = FreePort.next();
    private final Path folder = ServersDirectory.directory("pgbouncer");
    private Process process;

    private PgBouncer(PgServer server, String database, int poolSize) {
        String text =
                """
                [databases]
                %1$s = host=%2$s port=%3$d dbname=%1$s pool_size=%4$d
                [pgbouncer]
                listen_addr = %2$s
                listen_port = %5$d
                unix_socket_dir =
                auth_type = trust
                auth_file = %6$s
                admin_users = postgres
                stats_users = stats
                pool_mode = transaction
                stats_period = 5
                ignore_startup_parameters = extra_float_digits
                """.formatted(database, PgServer.LOOPBACK, server.port(), poolSize, port, folder.resolve("users"));
        try {
            Files.writeString(folder.resolve("users"), "\"postgres\" \"\"\n\"stats\" \"\"\n");
            Files.writeString(folder.resolve("pgbouncer.ini"), text);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = started();
    }

    /** In front of one database, with so many server connections for each user. */
    public static PgBouncer before(PgServer server, String database, int poolSize) {
        return new PgBouncer(server, database, poolSize);
    }

    /** Its admin console, for {@code stats}, who may only look, or {@code postgres}. */
    public Server console(String user) {
        return new Server(PgServer.LOOPBACK, port, user, null, new Tls(Tls.Mode.DISABLE));
    }

    public int port() {
        return port;
    }

    /** A connection through it. */
    public Connection jdbc(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + PgServer.LOOPBACK + ":" + port + "/" + database
                + "?user=postgres&preferQueryMode=simple&connectTimeout=10&socketTimeout=60");
    }

    /** Ends it at once. */
    public void stop() {
        process.destroyForcibly();
        try {
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again on the same port. */
    public void start() {
        process = started();
    }

    @Override
    public void close() {
        stop();
    }

    private Process started() {
        List<String> command = new ArrayList<>(List.of(PROGRAM));
        // It refuses to run as root.
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(folder.resolve("pgbouncer.ini").toString());
        try {
            Process begun = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile())
                    .start();
            Waiting.until("PgBouncer listens", this::listens);
            return begun;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
