package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Cause;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a server's certificate by libpq's rules: OpenSSL's for the chain, its own for the name. Throws a {@link
 * CertificateRefused} with the exact cause.
 */
final class CertificateVerifier extends X509ExtendedTrustManager {

    /** OpenSSL allows 100; no real chain has more than a few. */
    private static final int MOST_INTERMEDIATES = 10;

    /** serverAuth, and the older equivalents of Microsoft and Netscape. */
    private static final Set<String> SERVER_PURPOSES =
            Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1");

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;

    private final TrustedCertificates trusted;
    private final @Nullable String host;
    private final Consumer<List<X509Certificate>> received;

    /**
     * Verifies against these certificates.
     *
     * @param host the name that the certificate must include; null if the name is not verified
     * @param received told of the server's chain before it is verified
     */
    CertificateVerifier(TrustedCertificates trusted, @Nullable String host, Consumer<List<X509Certificate>> received) {
        this.trusted = trusted;
        this.host = host;
        this.received = received;
    }

    private void verify(X509Certificate[] chain) throws CertificateException {
        List<X509Certificate> sent = Arrays.asList(chain);
        received.accept(sent);
        X509Certificate own = chain[0];
        if (trusted.isRoot(own)) {
            checkValidity(own);
        } else {
            verifyPath(sent);
        }
        checkPurpose(own);
        if (host != null) {
            CertificateNames names = CertificateNames.of(own);
            if (!names.include(host)) {
                throw new CertificateRefused(
                        Cause.CERTIFICATE_NAME_DIFFERS,
                        "the server's certificate is for " + names + ", not for " + host);
            }
        }
    }

    private void verifyPath(List<X509Certificate> sent) throws CertificateException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(sent.getFirst());
        try {
            if (trusted.anchors().isEmpty()) {
                throw new CertPathBuilderException("no trusted root");
            }
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted.anchors(), target);
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(MOST_INTERMEDIATES);
            parameters.addCertStore(trusted.store(sent));
            PKIXCertPathBuilderResult path = (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
            checkValidity(path.getTrustAnchor().getTrustedCert());
        } catch (CertPathBuilderException none) {
            throw refusal(sent, none);
        } catch (CertificateException known) {
            throw known;
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
    }

    /** Checks in OpenSSL's order: whether the chain ends at a trusted root, then the dates, then everything else. */
    private CertificateException refusal(List<X509Certificate> sent, CertPathBuilderException why) {
        List<X509Certificate> chain = chain(sent);
        X509Certificate last = chain.getLast();
        if (!trusted.isRoot(last)) {
            return TrustedCertificates.issued(last, last) && chain.size() == 1
                    ? new CertificateRefused(
                            Cause.CERTIFICATE_SELF_SIGNED,
                            "the server's certificate is self-signed, and is not in sslrootcert")
                    : new CertificateRefused(
                            Cause.CERTIFICATE_AUTHORITY_UNKNOWN,
                            "the server's certificate is issued by "
                                    + last.getIssuerX500Principal().getName() + ", which is not trusted");
        }
        try {
            for (X509Certificate certificate : chain) {
                checkValidity(certificate);
            }
        } catch (CertificateRefused outOfDate) {
            return outOfDate;
        }
        Throwable root = why;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new CertificateRefused(
                Cause.CERTIFICATE_UNSUITABLE, "the server's certificate chain is not valid: " + root.getMessage());
    }

    /** The server's certificate and its issuers, as far as they are available. */
    private List<X509Certificate> chain(List<X509Certificate> sent) {
        List<X509Certificate> chain = new ArrayList<>(List.of(sent.getFirst()));
        while (chain.size() <= MOST_INTERMEDIATES && !trusted.isRoot(chain.getLast())) {
            Optional<X509Certificate> issuer = trusted.issuer(chain.getLast(), sent);
            if (issuer.isEmpty() || chain.contains(issuer.get())) {
                break;
            }
            chain.add(issuer.get());
        }
        return chain;
    }

    private static void checkValidity(X509Certificate certificate) throws CertificateRefused {
        String subject =
                "the certificate of " + certificate.getSubjectX500Principal().getName();
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new CertificateRefused(
                    Cause.CERTIFICATE_EXPIRED,
                    subject + " expired at " + certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException e) {
            throw new CertificateRefused(
                    Cause.CERTIFICATE_NOT_YET_VALID,
                    subject + " is not valid before "
                            + certificate.getNotBefore().toInstant());
        }
    }

    /** Any key usage with which TLS can exchange keys is accepted, whichever the handshake uses. */
    private static void checkPurpose(X509Certificate certificate) throws CertificateException {
        List<String> purposes = certificate.getExtendedKeyUsage();
        boolean[] usage = certificate.getKeyUsage();
        if (purposes != null && purposes.stream().noneMatch(SERVER_PURPOSES::contains)) {
            throw new CertificateRefused(
                    Cause.CERTIFICATE_UNSUITABLE, "the server's certificate is not for TLS servers (extendedKeyUsage)");
        }
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[KEY_ENCIPHERMENT] && !usage[KEY_AGREEMENT]) {
            throw new CertificateRefused(
                    Cause.CERTIFICATE_UNSUITABLE, "the server's certificate is not for TLS servers (keyUsage)");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
