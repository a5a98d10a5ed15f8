package dev.pgvigil.security;

import dev.pgvigil.config.Content;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Replaces the certificates of {@link OwnTls} when their files have changed. Not by Quarkus' own reloading: that replaces them again
 * and again, changed or not, and breaks connections that arrive meanwhile; and a certificate that does not fit its key, because
 * only one of the two files has been written yet, ends every handshake.
 */
@Singleton
final class TlsFiles {

    private static final Logger LOG = Logger.getLogger(TlsFiles.class);

    /** Signatures by type of key. */
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private final TlsConfigurationRegistry registry;
    private final Event<CertificateUpdatedEvent> updated;
    private final Vertx vertx;
    private final Optional<Path> certificate;
    private final Optional<Path> key;
    private final Optional<List<Path>> authorities;
    private final Duration every;

    private Map<Path, String> used = Map.of();
    private Map<Path, String> unsettled = Map.of();

    TlsFiles(
            TlsConfigurationRegistry registry,
            Event<CertificateUpdatedEvent> updated,
            Vertx vertx,
            @ConfigProperty(name = OwnTls.CERTIFICATE) Optional<Path> certificate,
            @ConfigProperty(name = OwnTls.KEY) Optional<Path> key,
            @ConfigProperty(name = OwnTls.CLIENT_CA) Optional<List<Path>> authorities,
            @ConfigProperty(name = "pgvigil.tls.look-every", defaultValue = "10s") Duration every) {
        this.registry = registry;
        this.updated = updated;
        this.vertx = vertx;
        this.certificate = certificate;
        this.key = key;
        this.authorities = authorities;
        this.every = every;
    }

    void start(@Observes StartupEvent event) {
        if (certificate.isPresent() && key.isPresent()) {
            used = digests();
            unsettled = used;
            vertx.setPeriodic(
                    every.toMillis(),
                    tick -> vertx.executeBlocking(() -> {
                        look(certificate.get(), key.get());
                        return true;
                    }));
        }
    }

    /** Looks once. Files that still change are looked at again. */
    private void look(Path chain, Path privateKey) {
        Map<Path, String> now = digests();
        boolean settled = now.equals(unsettled);
        unsettled = now;
        if (!settled || now.equals(used)) {
            return;
        }
        used = now;
        if (!fit(chain, privateKey)) {
            LOG.warnf(
                    "the changed certificate %s is not used, because it does not fit its key %s, or one of them cannot be read",
                    chain, privateKey);
            return;
        }
        TlsConfiguration configuration = registry.get(OwnTls.REGISTERED).orElseThrow();
        if (configuration.reload()) {
            updated.fire(new CertificateUpdatedEvent(OwnTls.REGISTERED, configuration));
        } else {
            LOG.warnf("the changed certificate %s is not used, because it cannot be read", chain);
        }
    }

    private Map<Path, String> digests() {
        return Stream.concat(
                        Stream.of(certificate, key).flatMap(Optional::stream),
                        authorities.stream().flatMap(List::stream))
                .distinct()
                .collect(Collectors.toMap(file -> file, file -> Content.of(file).digest()));
    }

    /** Whether the public key of the certificate verifies what the private one signs. */
    private boolean fit(Path chain, Path privateKey) {
        try {
            KeyManagerFactory factory = new PemKeyCertOptions()
                    .setCertPath(chain.toString())
                    .setKeyPath(privateKey.toString())
                    .getKeyManagerFactory(vertx);
            X509KeyManager keys = (X509KeyManager) factory.getKeyManagers()[0];
            for (Map.Entry<String, String> algorithm : SIGNATURES.entrySet()) {
                String[] aliases = keys.getServerAliases(algorithm.getKey(), null);
                if (aliases != null) {
                    Signature signature = Signature.getInstance(algorithm.getValue());
                    signature.initSign(keys.getPrivateKey(aliases[0]));
                    byte[] signed = signature.sign();
                    signature.initVerify(keys.getCertificateChain(aliases[0])[0]);
                    return signature.verify(signed);
                }
            }
            return false;
        } catch (Exception e) { // Vert.x declares nothing narrower for files that it cannot read
            return false;
        }
    }
}
