package dev.pgvigil.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The directory of this JVM's servers. A guard process outside the JVM ends the processes in it and removes it when the JVM has
 * ended, for whatever reason: a shutdown hook does not run after SIGKILL, or after a Quarkus class loader is closed.
 */
public final class ServersDirectory {

    /** A system property, not a static field: each Quarkus class loader has its own copy of this class. */
    private static final String PROPERTY = "dev.pgvigil.testing.home";

    private static final String GUARD = """
            trap '' INT TERM HUP
            cat > /dev/null
            for p in /proc/[0-9]*; do
              case "$(readlink "$p/cwd" 2> /dev/null)" in "$0"/*) kill -KILL "${p#/proc/}" 2> /dev/null ;; esac
            done
            for f in "$0"/*/data/postmaster.pid; do # shared memory stays otherwise
              set -- $(sed -n 7p "$f" 2> /dev/null)
              [ -z "$2" ] || ipcrm -m "$2" 2> /dev/null
            done
            rm -rf "$0" || { sleep 1; rm -rf "$0"; }
            """;

    private ServersDirectory() {}

    /** A new directory for one server. */
    static Path server(int major) {
        try {
            return Files.createDirectory(root().resolve(major + "-" + UUID.randomUUID()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new directory for other files; processes whose working directory it is end with the JVM too. */
    public static Path directory(String name) {
        try {
            return Files.createTempDirectory(root(), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized Path root() throws IOException {
        String known = System.getProperty(PROPERTY);
        if (known != null) {
            return Path.of(known);
        }
        Path root = Files.createTempDirectory("pgvigil-servers-").toRealPath();
        new ProcessBuilder("sh", "-c", GUARD, root.toString())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        System.setProperty(PROPERTY, root.toString());
        return root;
    }
}
