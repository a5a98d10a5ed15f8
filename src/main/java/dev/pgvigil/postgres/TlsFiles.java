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

/** Makes of files what connections use: of each content once in a reading, for a fleet shares a few files. */
public final class TlsFiles {

    private final PlatformTrust platform;
    private final Map<String, TlsMaterial<TrustedCertificates>> trusts = new HashMap<>();
    private final Map<String, List<X509Certificate>> chains = new HashMap<>();
    private final Map<String, PrivateKey> keys = new HashMap<>();
    private final Map<String, TlsMaterial<KeyCertOptions>> clients = new HashMap<>();

    /** Makes something of a file. */
    interface Maker<T> {
        T make(Content.Read file) throws UnusableFile;
    }

    public TlsFiles(PlatformTrust platform) {
        this.platform = platform;
    }

    /** Trust in what the platform trusts; null if that is nothing. */
    @Nullable
    TlsMaterial<TrustedCertificates> platform() {
        return platform.trust();
    }

    /** Trust in the certificates of a file. */
    TlsMaterial<TrustedCertificates> trust(Content.Read roots) throws UnusableFile {
        return once(
                trusts,
                roots.digest(),
                roots,
                file -> new TlsMaterial<>(
                        file.digest(),
                        TrustedCertificates.of(Pem.of(file.bytes()).certificates())));
    }

    /** A client's certificate, and after each the one of its issuer, as far as they are there. */
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

    /** What a client shows of itself; throws what is wrong with its key. */
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

    private static <T> T once(Map<String, T> known, String digest, Content.Read file, Maker<T> maker)
            throws UnusableFile {
        T made = known.get(digest);
        if (made == null) {
            made = maker.make(file);
            known.put(digest, made);
        }
        return made;
    }
}
