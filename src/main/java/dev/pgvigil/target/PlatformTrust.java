package dev.pgvigil.target;

import io.vertx.core.net.TrustOptions;
import org.jspecify.annotations.Nullable;

/** The platform's trust store: large, so it is read once, and only if somebody needs it. */
final class PlatformTrust {

    private @Nullable Material<TrustOptions> trust;

    /** Null if it holds no certificate. */
    synchronized @Nullable Material<TrustOptions> trust() {
        if (trust == null) {
            TrustOptions platform = KeyStores.platform();
            trust = platform == null ? null : new Material<>("the platform's", platform);
        }
        return trust;
    }
}
