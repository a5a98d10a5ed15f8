package dev.pgvigil.postgres;

import dev.pgvigil.config.Content;
import io.vertx.core.net.KeyCertOptions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses certificate and key files: each content once per load of the configuration, because the targets share a few files. */
public final class TlsFiles {

    private final PlatformTrust platform;
    private final Map<String, TlsMaterial<TrustedCertificates>> trusts = new HashMap<>();
    private final Map<String, List<X509Certificate>> chains = new HashMap<>();
    private final Map<String, PrivateKey> keys = new HashMap<>();
    private final Map<String, TlsMaterial<KeyCertOptions>> clients = new HashMap<>();

    /** Parses a file. */
    interface Maker<T> {
        T make(Content.Read file) throws UnusableFile;
    }

    public TlsFiles(PlatformTrust platform) {
        this.platform = platform;
    }

    /** The platform's trusted certificates; null if there are none. */
    @Nullable
    TlsMaterial<TrustedCertificates> platform() {
        return platform.trust();
    }

    /** The certificates of a file, as trusted certificates. */
    TlsMaterial<TrustedCertificates> trust(Content.Read roots) throws UnusableFile {
        return once(
                trusts,
                roots.digest(),
                roots,
                file -> new TlsMaterial<>(
                        file.digest(),
                        TrustedCertificates.of(Pem.of(file.bytes()).certificates())));
    }

    /** A client's certificate, and after each certificate the one of its issuer, as far as present. */
    List<X509Certificate> chain(Content.Read cert) throws UnusableFile {
        return once(
                chains,
                cert.digest(),
                cert,
                file -> ordered(Pem.of(file.bytes()).certificates()));
    }

    PrivateKey key(Content.Read key) throws UnusableFile {
        return once(keys, key.digest(), key, file -> Pem.of(file.bytes()).privateKey());
    }

    /** The client's certificate and key; throws if the key is not usable. */
    TlsMaterial<KeyCertOptions> client(Content.Read cert, Content.Read key) throws UnusableFile {
        List<X509Certificate> chain = chain(cert);
        String digest = cert.digest() + key.digest();
        return once(clients, digest, key, file -> {
            if (!KeyStores.pair(chain.getFirst(), key(file))) {
                throw new UnusableFile("holds a private key that does not belong to the certificate of sslcert");
            }
            return new TlsMaterial<>(digest, KeyStores.client(chain, key(file)));
        });
    }

    private static List<X509Certificate> ordered(List<X509Certificate> certificates) throws UnusableFile {
        List<X509Certificate> chain = List.copyOf(new LinkedHashSet<>(certificates));
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                throw new UnusableFile(
                        "holds certificates in disorder: the client's comes first, and after each the one of its issuer");
            }
        }
        return chain;
    }

    private static <T> T once(Map<String, T> cache, String digest, Content.Read file, Maker<T> maker)
            throws UnusableFile {
        T value = cache.get(digest);
        if (value == null) {
            value = maker.make(file);
            cache.put(digest, value);
        }
        return value;
    }
}
