package dev.pgvigil.security;

import dev.pgvigil.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret for authentication. Compared in constant time. */
record Token(Secret secret) {

    boolean matches(String presented) {
        return MessageDigest.isEqual(mac("bearer", presented), mac("bearer", secret.value()));
    }

    /** The HMAC of a text with this token as the key. */
    String sign(String text) {
        return HexFormat.of().formatHex(mac(secret.value(), text));
    }

    private static byte[] mac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
