package dev.pgvigil.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Authority;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void readsKeysOfEveryAlgorithm(String algorithm) throws Exception {
        PrivateKey key = key(algorithm);

        assertThat(pem(Authority.pem(new JcaPKCS8Generator(key, null).generate()))
                        .privateKey())
                .isEqualTo(key);
    }

    @Test
    void readsOlderKeyFormats() throws Exception {
        PrivateKey rsa = key("RSA");
        ECPrivateKey curve = (ECPrivateKey) key("EC");
        byte[] bare = new org.bouncycastle.asn1.sec.ECPrivateKey(
                        curve.getParams().getOrder().bitLength(), curve.getS(), SECObjectIdentifiers.secp384r1)
                .getEncoded();

        assertThat(pem(Authority.pem(rsa)).privateKey()).isEqualTo(rsa);
        assertThat(pem(Authority.pem(new PemObject("EC PRIVATE KEY", bare))).privateKey())
                .isEqualTo(curve);
    }

    private static PrivateKey key(String algorithm) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
    }

    @Test
    void ignoresTextAroundBlocks() throws Exception {
        String one = Files.readString(Authority.create("one").root());
        String two = Files.readString(Authority.create("two").root());

        assertThat(pem("Autorit\u00e9\n" + one + "\r\n# two:\r\n" + two.replace("\n", "\r\n"))
                        .certificates())
                .extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=one", "CN=two");
    }

    private static Pem pem(String text) {
        return Pem.of(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }
}
