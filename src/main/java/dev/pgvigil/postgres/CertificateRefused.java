package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Cause;
import java.security.cert.CertificateException;

/** A server's certificate is not accepted; carries the {@link Cause} through the TLS handshake. */
final class CertificateRefused extends CertificateException {

    private static final long serialVersionUID = 1;

    private final Cause reason;

    CertificateRefused(Cause reason, String message) {
        super(message);
        this.reason = reason;
    }

    Cause reason() {
        return reason;
    }
}
