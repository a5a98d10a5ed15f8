package dev.pgvigil.postgres;

import io.vertx.core.net.KeyCertOptions;
import org.jspecify.annotations.Nullable;

/**
 * The TLS parameters of a connection, with libpq's names and meaning.
 *
 * @param mode the sslmode; libpq's default is {@code prefer}
 * @param trust the trusted certificates; null: any certificate is accepted
 * @param client the client's certificate and key; null: none
 * @param bindChannel whether login requires channel binding (channel_binding=require)
 */
public record Tls(
        Mode mode,
        @Nullable TlsMaterial<TrustedCertificates> trust,
        @Nullable TlsMaterial<KeyCertOptions> client,
        boolean bindChannel) {

    public static final Tls PREFER = new Tls(Mode.PREFER);

    /** libpq's sslmode. */
    public enum Mode {
        /** Plain text only. */
        DISABLE,
        /** Plain text; TLS if the server refuses that. */
        ALLOW,
        /** TLS; plain text if the server does not support it, or its certificate is not accepted. */
        PREFER,
        /** TLS. */
        REQUIRE,
        /** TLS, certificate chain verified. */
        VERIFY_CA,
        /** TLS, certificate chain and host name verified. */
        VERIFY_FULL
    }

    public Tls {
        if (trust == null && (mode == Mode.VERIFY_CA || mode == Mode.VERIFY_FULL)) {
            throw new IllegalArgumentException(mode + " needs something to verify against");
        }
    }

    /** Without any certificates. */
    public Tls(Mode mode) {
        this(mode, null, null, false);
    }
}
