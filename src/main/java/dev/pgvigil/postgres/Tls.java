package dev.pgvigil.postgres;

import io.vertx.core.net.KeyCertOptions;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is encrypted, in libpq's words and with libpq's meaning.
 *
 * @param mode the sslmode; libpq's default is {@code prefer}
 * @param trust whose certificates are believed; null: anybody's
 * @param client what the client shows of itself; null: nothing
 * @param bindChannel whether only a login that is bound to the TLS connection will do (channel_binding=require)
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
        /** TLS; plain text if the server has none, or none that is believed. */
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
