package dev.pgvigil.postgres;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The platform's trust store. It is large, so it is read once, and only if needed. */
public final class PlatformTrust {

    private @Nullable TlsMaterial<TrustedCertificates> trust;

    /** Null if it contains no certificate. */
    synchronized @Nullable TlsMaterial<TrustedCertificates> trust() {
        if (trust == null) {
            List<X509Certificate> platform = KeyStores.platform();
            trust = platform.isEmpty() ? null : new TlsMaterial<>("the platform's", TrustedCertificates.of(platform));
        }
        return trust;
    }
}
