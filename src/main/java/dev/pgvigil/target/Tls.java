package dev.pgvigil.target;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is encrypted, in libpq's words and with libpq's meaning.
 *
 * @param mode the sslmode; libpq's default is {@code prefer}
 * @param rootCert file of trusted CA certificates (PEM); null: none, {@code system}: the platform's
 * @param cert client certificate (PEM), with {@code key}
 * @param key private key of {@code cert} (PEM)
 */
public record Tls(
        Mode mode,
        @Nullable Path rootCert,
        @Nullable Path cert,
        @Nullable Path key) {

    /** The value of sslrootcert that stands for the platform's own trust store. */
    public static final Path SYSTEM = Path.of("system");

    public static final Tls PREFER = new Tls(Mode.PREFER, null, null, null);

    /** libpq's sslmode. */
    public enum Mode {
        /** Plain text only. */
        DISABLE,
        /** Plain text; TLS if the server refuses that. */
        ALLOW,
        /** TLS, unverified; plain text if the server has none. */
        PREFER,
        /** TLS; verified against the root certificate if one is given. */
        REQUIRE,
        /** TLS, certificate chain verified. */
        VERIFY_CA,
        /** TLS, certificate chain and host name verified. */
        VERIFY_FULL
    }
}
