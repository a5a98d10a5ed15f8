package dev.pgvigil.postgres;

import io.vertx.core.net.TrustOptions;
import org.jspecify.annotations.Nullable;

/** The platform's trust store: large, so it is read once, and only if somebody needs it. */
public final class PlatformTrust {

    private @Nullable TlsMaterial<TrustOptions> trust;

    /** Null if it holds no certificate. */
    synchronized @Nullable TlsMaterial<TrustOptions> trust() {
        if (trust == null) {
            TrustOptions platform = KeyStores.platform();
            trust = platform == null ? null : new TlsMaterial<>("the platform's", platform);
        }
        return trust;
    }
}
