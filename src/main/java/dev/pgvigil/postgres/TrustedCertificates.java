package dev.pgvigil.postgres;

import java.security.GeneralSecurityException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The certificates of an {@code sslrootcert}, used as OpenSSL uses them: a chain ends at a self-signed one, and the others
 * serve as intermediates.
 */
final class TrustedCertificates {

    private final Set<X509Certificate> roots = new HashSet<>();
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final List<X509Certificate> intermediates = new ArrayList<>();

    private TrustedCertificates(List<X509Certificate> certificates) {
        for (X509Certificate certificate : certificates) {
            if (certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
                roots.add(certificate);
                anchors.add(new TrustAnchor(certificate, null));
            } else {
                intermediates.add(certificate);
            }
        }
    }

    static TrustedCertificates of(List<X509Certificate> certificates) {
        return new TrustedCertificates(certificates);
    }

    boolean isRoot(X509Certificate certificate) {
        return roots.contains(certificate);
    }

    Set<TrustAnchor> anchors() {
        return Set.copyOf(anchors);
    }

    /** The certificates from which a path may be built: those that the server sent, and the intermediates. */
    CertStore store(List<X509Certificate> sent) throws GeneralSecurityException {
        return CertStore.getInstance(
                "Collection",
                new CollectionCertStoreParameters(
                        Stream.concat(sent.stream(), intermediates.stream()).toList()));
    }

    /** The issuer of a certificate, among the sent and the trusted ones. */
    Optional<X509Certificate> issuer(X509Certificate certificate, List<X509Certificate> sent) {
        return Stream.of(roots.stream(), intermediates.stream(), sent.stream())
                .flatMap(candidates -> candidates)
                .filter(candidate -> issued(candidate, certificate))
                .findFirst();
    }

    static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
