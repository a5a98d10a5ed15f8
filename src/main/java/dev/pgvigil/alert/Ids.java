package dev.pgvigil.alert;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Identifiers: those that follow from what they identify, and those that are unique. */
final class Ids {

    private static final int BYTES = 16;

    private Ids() {}

    /** The same for the same texts in every process, 32 hexadecimal digits; a newline is in none of the texts. */
    static String of(String... texts) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", texts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String random() {
        return UUID.randomUUID().toString();
    }
}
