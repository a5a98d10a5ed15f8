package dev.pgvigil.postgres;

import dev.pgvigil.config.Content;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Redacted;
import io.vertx.core.net.KeyCertOptions;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the TLS parameters of a connection string and the files that they name. */
public final class TlsReader {

    private static final String ALLOWED =
            Arrays.stream(Tls.Mode.values()).map(TlsReader::word).collect(Collectors.joining(", "));

    private static final String SYSTEM = "system";

    private final Node url;
    private final Map<String, String> parameters;
    private final TlsFiles files;
    private boolean failed;

    /**
     * Reads for one target.
     *
     * @param url the node at which errors are reported
     * @param parameters of the connection string
     * @param files the parsed files of all targets
     */
    public TlsReader(Node url, Map<String, String> parameters, TlsFiles files) {
        this.url = url;
        this.parameters = parameters;
        this.files = files;
    }

    /** Null if there is an error. */
    @Nullable
    public Tls read() {
        boolean system = SYSTEM.equals(parameters.get("sslrootcert"));
        TlsMaterial<TrustedCertificates> own = system ? null : usable("sslrootcert", file("sslrootcert"), files::trust);
        Tls.Mode mode = mode(system);
        TlsMaterial<TrustedCertificates> trust =
                mode == Tls.Mode.VERIFY_FULL && own == null && !failed ? platform() : own;
        TlsMaterial<KeyCertOptions> client = client();
        if (parameters.containsKey("sslcert") != parameters.containsKey("sslkey")) {
            problem("sslcert and sslkey come together or not at all");
        }
        return failed ? null : new Tls(mode, trust, client, "require".equals(parameters.get("channel_binding")));
    }

    private Tls.Mode mode(boolean system) {
        String word = parameters.get("sslmode");
        Tls.Mode mode = word == null ? (system ? Tls.Mode.VERIFY_FULL : Tls.Mode.PREFER) : named(word);
        if (mode == null) {
            problem("sslmode must be one of " + ALLOWED + ", not " + Redacted.value(String.valueOf(word)));
            return Tls.Mode.VERIFY_FULL;
        }
        // A public authority issues certificates to anyone: without the host name a certificate proves nothing.
        if (system && mode != Tls.Mode.VERIFY_FULL) {
            problem("sslmode must be verify-full with sslrootcert=system, not " + word);
        }
        if (mode == Tls.Mode.VERIFY_CA && !parameters.containsKey("sslrootcert")) {
            problem("sslmode=verify-ca needs sslrootcert=FILE; only verify-full goes without");
        }
        return mode;
    }

    private @Nullable TlsMaterial<TrustedCertificates> platform() {
        TlsMaterial<TrustedCertificates> platform = files.platform();
        if (platform == null) {
            problem("sslmode=verify-full needs sslrootcert=FILE, as this platform has no trust store");
        }
        return platform;
    }

    private @Nullable TlsMaterial<KeyCertOptions> client() {
        Content.Read cert = file("sslcert");
        Content.Read key = file("sslkey");
        boolean chain = usable("sslcert", cert, files::chain) != null;
        boolean secret = usable("sslkey", key, files::key) != null;
        return cert != null && chain && secret ? usable("sslkey", key, file -> files.client(cert, file)) : null;
    }

    private Content.@Nullable Read file(String parameter) {
        String name = parameters.get(parameter);
        return switch (name == null ? null : url.file(name)) {
            case Content.Read read -> read;
            case Content.Unreadable not -> {
                problem(parameter, not.reason());
                yield null;
            }
            case null -> null;
        };
    }

    private <T> @Nullable T usable(String parameter, Content.@Nullable Read file, TlsFiles.Maker<T> maker) {
        try {
            return file == null ? null : maker.make(file);
        } catch (UnusableFile e) {
            problem(parameter, e.reason());
            return null;
        }
    }

    private void problem(String parameter, String reason) {
        problem(parameter + ": the file " + Redacted.value(parameters.getOrDefault(parameter, "")) + " " + reason);
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
