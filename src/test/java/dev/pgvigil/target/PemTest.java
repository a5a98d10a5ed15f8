package dev.pgvigil.target;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.testing.Authority;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void readsKeysOfEveryKindAndFormat(String algorithm) throws Exception {
        PrivateKey key =
                KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();

        assertThat(pem(Authority.pem(key)).privateKey()).isEqualTo(key);
        assertThat(pem(Authority.pem(new JcaPKCS8Generator(key, null).generate()))
                        .privateKey())
                .isEqualTo(key);
    }

    @Test
    void textAroundTheBlocksIsAComment() throws Exception {
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
