package dev.pgvigil.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vertx.core.net.impl.pkcs1.PrivateKeyParser;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file, in the order of the file. As in OpenSSL, text around the blocks is a comment.
 *
 * @param blocks each with its label
 */
record Pem(List<Block> blocks) {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----((?:[^-]|-(?!----))*+)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern BLANK = Pattern.compile("\\s+");
    private static final Set<String> CERTIFICATES = Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");
    private static final String KEY = "PRIVATE KEY";
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    /** One block: its label, and the text between its BEGIN and END lines. */
    record Block(String label, String body) {

        byte[] bytes() {
            return Base64.getDecoder().decode(BLANK.matcher(body).replaceAll(""));
        }
    }

    static Pem of(ByteBuffer bytes) {
        return new Pem(BLOCK.matcher(ISO_8859_1.decode(bytes.duplicate()))
                .results()
                .map(block -> new Block(block.group(1), block.group(2)))
                .toList());
    }

    /** All certificates; at least one. */
    List<X509Certificate> certificates() throws UnusableFile {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (CERTIFICATES.contains(block.label())) {
                certificates.add(certificate(block));
            }
        }
        if (certificates.isEmpty()) {
            throw new UnusableFile(
                    "holds no certificate: PEM is allowed, which begins with -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }

    private static X509Certificate certificate(Block block) throws UnusableFile {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableFile("holds a damaged certificate");
        }
    }

    /** The first private key. */
    PrivateKey privateKey() throws UnusableFile {
        for (Block block : blocks) {
            if (block.label().endsWith(KEY)) {
                return privateKey(block);
            }
        }
        throw new UnusableFile("holds no private key: PEM is allowed, which begins with -----BEGIN PRIVATE KEY-----");
    }

    private static PrivateKey privateKey(Block block) throws UnusableFile {
        if (block.label().startsWith("ENCRYPTED") || block.body().contains("ENCRYPTED")) {
            throw new UnusableFile("holds an encrypted private key: only one without a passphrase is allowed");
        }
        try {
            byte[] bytes = block.bytes();
            return switch (block.label()) {
                case KEY -> pkcs8(bytes);
                case "RSA PRIVATE KEY" ->
                    KeyFactory.getInstance("RSA").generatePrivate(PrivateKeyParser.getRSAKeySpec(bytes));
                case "EC PRIVATE KEY" ->
                    KeyFactory.getInstance("EC").generatePrivate(PrivateKeyParser.getECKeySpec(bytes));
                case String other -> throw new InvalidKeySpecException(other);
            };
        } catch (GeneralSecurityException | RuntimeException e) { // the parser of old formats throws many
            throw new UnusableFile("holds a private key that is damaged, or neither RSA, EC nor EdDSA");
        }
    }

    private static PrivateKey pkcs8(byte[] bytes) throws GeneralSecurityException {
        InvalidKeySpecException unknown = new InvalidKeySpecException();
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (InvalidKeySpecException e) {
                unknown = e;
            }
        }
        throw unknown;
    }
}
