package dev.pgvigil.postgres;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.StringPreparation;
import com.ongres.scram.common.exception.ScramException;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.time.ZoneId;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.net.ssl.SSLEngine;
import org.jboss.logging.Logger;

/**
 * Initializes, before the first connection, what the JDK and the libraries load from files when a login, TLS or a time zone first
 * needs it. If no descriptor is left at that time, the initialization fails, and the class cannot be used until a restart.
 */
final class Preload {

    private static final Logger LOG = Logger.getLogger(Preload.class);

    private Preload() {}

    static void run() {
        try {
            timeZones();
            scram();
            tls();
            FailureClassifier.of(new IOException("none"));
        } catch (GeneralSecurityException | IOException | ScramException | LinkageError e) {
            LOG.warnf("Not all classes could be initialized; restart with a higher limit of open files: %s", e);
        }
    }

    private static void timeZones() {
        var _ = ZoneId.systemDefault().getRules();
        var _ = ZoneId.of("UTC").getRules();
    }

    private static void scram() throws GeneralSecurityException, ScramException {
        ScramClient client = ScramClient.builder()
                .advertisedMechanisms(List.of("SCRAM-SHA-256"))
                .username("none")
                .password("none".toCharArray())
                .stringPreparation(StringPreparation.POSTGRESQL_PREPARATION)
                .build();
        String first = client.clientFirstMessage().toString();
        String nonce = first.substring(first.indexOf(",r=") + 3);
        client.serverFirstMessage("r=" + nonce + "s,s=c2FsdA==,i=4096");
        client.clientFinalMessage();
        MessageDigest.getInstance("MD5");
    }

    private static void tls() throws GeneralSecurityException, IOException {
        SSLEngine engine = SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build()
                .newEngine(UnpooledByteBufAllocator.DEFAULT);
        engine.beginHandshake();
        engine.wrap(
                ByteBuffer.allocate(0), ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
        Cipher.getInstance("AES/GCM/NoPadding");
        KeyAgreement.getInstance("X25519");
        CertificateFactory.getInstance("X.509");
        for (String algorithm : List.of("SHA256withRSA", "SHA256withECDSA", "RSASSA-PSS")) {
            Signature.getInstance(algorithm);
        }
    }
}
