package dev.pgvigil.postgres;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The platform's trust store: large, so it is read once, and only if somebody needs it. */
public final class PlatformTrust {

    private @Nullable TlsMaterial<TrustedCertificates> trust;

    /** Null if it holds no certificate. */
    synchronized @Nullable TlsMaterial<TrustedCertificates> trust() {
        if (trust == null) {
            List<X509Certificate> platform = KeyStores.platform();
            trust = platform.isEmpty() ? null : new TlsMaterial<>("the platform's", TrustedCertificates.of(platform));
        }
        return trust;
    }
}
