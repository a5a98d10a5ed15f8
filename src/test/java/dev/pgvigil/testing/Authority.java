package dev.pgvigil.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority for servers and clients in tests. */
public final class Authority {

    private final String name;
    private final KeyPair keys;
    private final X509CertificateHolder own;
    private final Path root;

    private Authority(String name) throws IOException {
        this.name = "CN=" + name;
        keys = keyPair();
        Instant now = Instant.now();
        X509v3CertificateBuilder builder =
                builder(this.name, keys, now.minus(Duration.ofDays(800)), now.plus(Duration.ofDays(30)));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        own = sign(builder);
        root = ServersDirectory.directory("authority").resolve("root.crt");
        Files.writeString(root, pem(own));
    }

    public static Authority create(String name) {
        try {
            return new Authority(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file of its own certificate (PEM), for {@code sslrootcert}. */
    public Path root() {
        return root;
    }

    /** A valid certificate for a server at the loopback address. */
    public Certificate valid() {
        return certificate("localhost", Duration.ofDays(-1), Duration.ofDays(30), loopback());
    }

    /** A certificate for a server at the loopback address, expired a day ago. */
    public Certificate expired() {
        return certificate("localhost", Duration.ofDays(-400), Duration.ofDays(-1), loopback());
    }

    /** A certificate for a server at the loopback address that expires soon. */
    public Certificate expiringIn(Duration time) {
        return certificate("localhost", Duration.ofDays(-1), time, loopback());
    }

    /** A valid certificate for another host name. */
    public Certificate otherHost() {
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.dNSName, "db.example.org"));
        return certificate("db.example.org", Duration.ofDays(-1), Duration.ofDays(30), names);
    }

    /** A certificate for a server at the loopback address, valid from tomorrow. */
    public Certificate future() {
        return certificate("localhost", Duration.ofDays(1), Duration.ofDays(30), loopback());
    }

    /**
     * A valid certificate for a server of these names.
     *
     * @param names null for the common name only
     * @param usages of {@link KeyUsage} and {@link KeyPurposeId}
     */
    public Certificate named(String commonName, @Nullable GeneralNames names, ASN1Object... usages) {
        return certificate(commonName, Duration.ofDays(-1), Duration.ofDays(30), names, usages);
    }

    /** Alternative names, as pairs of a tag of {@link GeneralName} and a text. */
    public static GeneralNames names(Object... tagsAndTexts) {
        GeneralName[] names = new GeneralName[tagsAndTexts.length / 2];
        for (int i = 0; i < names.length; i++) {
            names[i] = new GeneralName((Integer) tagsAndTexts[2 * i], (String) tagsAndTexts[2 * i + 1]);
        }
        return new GeneralNames(names);
    }

    /** The authority's own certificate, used as a server's. */
    public Certificate self() {
        try {
            return new Certificate(pem(own), pem(new JcaPKCS8Generator(keys.getPrivate(), null).generate()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A certificate for the client that logs in as this role. */
    public Certificate client(String role) {
        GeneralNames names = new GeneralNames(new GeneralName(GeneralName.dNSName, role));
        return certificate(role, Duration.ofDays(-1), Duration.ofDays(30), names);
    }

    /**
     * A certificate and its private key, both PEM.
     *
     * @param chain the certificate and that of its issuer
     */
    public record Certificate(String chain, String key) {

        /** Writes {@code server.crt} and {@code server.key}; only the owner can read the key. */
        public void write(Path directory) {
            try {
                Files.writeString(directory.resolve("server.crt"), chain);
                Path file = directory.resolve("server.key");
                Files.deleteIfExists(file);
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(file, key);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Certificate certificate(
            String subject, Duration from, Duration to, @Nullable GeneralNames names, ASN1Object... usages) {
        try {
            KeyPair pair = keyPair();
            Instant now = Instant.now();
            X509v3CertificateBuilder builder = builder("CN=" + subject, pair, now.plus(from), now.plus(to));
            if (names != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            for (ASN1Object usage : usages) {
                if (usage instanceof KeyPurposeId purpose) {
                    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                } else {
                    builder.addExtension(Extension.keyUsage, true, usage);
                }
            }
            return new Certificate(
                    pem(sign(builder)) + pem(own), pem(new JcaPKCS8Generator(pair.getPrivate(), null).generate()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GeneralNames loopback() {
        return new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, PgServer.LOOPBACK)
        });
    }

    private X509v3CertificateBuilder builder(String subject, KeyPair pair, Instant from, Instant to) {
        return new JcaX509v3CertificateBuilder(
                new X500Name(name),
                new BigInteger(64, new SecureRandom()),
                Date.from(from),
                Date.from(to),
                new X500Name(subject),
                pair.getPublic());
    }

    private X509CertificateHolder sign(X509v3CertificateBuilder builder) {
        try {
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key or certificate in PEM; private keys in the older format of their algorithm. */
    public static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
