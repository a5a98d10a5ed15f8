package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Shown;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the TLS parameters of a connection string, and sees that the files they name can be read. */
final class TlsReader {

    private static final String ALLOWED =
            Arrays.stream(Tls.Mode.values()).map(TlsReader::word).collect(Collectors.joining(", "));

    private final Node url;
    private final Map<String, String> parameters;
    private boolean failed;

    /**
     * Reads for one target.
     *
     * @param url where mistakes are noted
     * @param parameters of the connection string
     */
    TlsReader(Node url, Map<String, String> parameters) {
        this.url = url;
        this.parameters = parameters;
    }

    /** Null if there is a mistake. */
    @Nullable
    Tls read() {
        Path rootCert = rootCert();
        Tls.Mode mode = mode(rootCert);
        Path cert = file("sslcert");
        Path key = file("sslkey");
        if (parameters.containsKey("sslcert") != parameters.containsKey("sslkey")) {
            problem("sslcert and sslkey come together or not at all");
        }
        boolean system = mode == Tls.Mode.VERIFY_FULL && rootCert == null;
        return failed ? null : new Tls(mode, system ? Tls.SYSTEM : rootCert, cert, key);
    }

    private Tls.Mode mode(@Nullable Path rootCert) {
        boolean system = Tls.SYSTEM.equals(rootCert);
        String word = parameters.get("sslmode");
        Tls.Mode mode = word == null ? (system ? Tls.Mode.VERIFY_FULL : Tls.Mode.PREFER) : named(word);
        if (mode == null) {
            problem("sslmode must be one of " + ALLOWED + ", not " + Shown.value(String.valueOf(word)));
            return Tls.Mode.VERIFY_FULL;
        }
        // Anyone gets a certificate from a public authority: without the host name it proves nothing.
        if (system && mode != Tls.Mode.VERIFY_FULL) {
            problem("sslmode must be verify-full with sslrootcert=system, not " + word);
        }
        if (mode == Tls.Mode.VERIFY_CA && !parameters.containsKey("sslrootcert")) {
            problem("sslmode=verify-ca needs sslrootcert=FILE; only verify-full goes without");
        }
        return mode;
    }

    private @Nullable Path rootCert() {
        return Tls.SYSTEM.toString().equals(parameters.get("sslrootcert")) ? Tls.SYSTEM : file("sslrootcert");
    }

    private @Nullable Path file(String parameter) {
        String name = parameters.get(parameter);
        Path file = name == null ? null : url.file(name);
        failed |= name != null && file == null;
        return file;
    }

    private void problem(String message) {
        failed = true;
        url.problem(message);
    }

    private static Tls.@Nullable Mode named(String word) {
        return Arrays.stream(Tls.Mode.values())
                .filter(mode -> word(mode).equals(word))
                .findFirst()
                .orElse(null);
    }

    private static String word(Tls.Mode mode) {
        return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
