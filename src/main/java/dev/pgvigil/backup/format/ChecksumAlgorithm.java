package dev.pgvigil.backup.format;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32C;

/** The checksums that manifests can have. */
public enum ChecksumAlgorithm {
    CRC32C(""),
    SHA224("SHA-224"),
    SHA256("SHA-256"),
    SHA384("SHA-384"),
    SHA512("SHA-512");

    private final String digest;

    ChecksumAlgorithm(String digest) {
        this.digest = digest;
    }

    /** A checksum in the making. */
    public interface Running {

        void update(byte[] bytes, int from, int count);

        /** The result as manifests print it. */
        String hex();
    }

    /**
     * The algorithm of a manifest.
     *
     * @throws FormatException if there is no such algorithm
     */
    public static ChecksumAlgorithm of(String name) throws FormatException {
        for (ChecksumAlgorithm algorithm : values()) {
            if (algorithm.name().equals(name)) {
                return algorithm;
            }
        }
        throw new FormatException(Damage.Kind.BAD_MANIFEST, "the manifest has an unknown checksum algorithm");
    }

    public Running begin() {
        return this == CRC32C ? new Crc() : new Digest(digest);
    }

    /** Manifests have the bytes in the order of the machine, which is little-endian. */
    private static final class Crc implements Running {

        private final CRC32C crc = new CRC32C();

        @Override
        public void update(byte[] bytes, int from, int count) {
            crc.update(bytes, from, count);
        }

        @Override
        public String hex() {
            return String.format(Locale.ROOT, "%08x", Integer.reverseBytes((int) crc.getValue()));
        }
    }

    private static final class Digest implements Running {

        private final MessageDigest digest;

        Digest(String name) {
            try {
                digest = MessageDigest.getInstance(name);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void update(byte[] bytes, int from, int count) {
            digest.update(bytes, from, count);
        }

        @Override
        public String hex() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
