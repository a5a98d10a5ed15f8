package dev.pgvigil.security;

import dev.pgvigil.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The users and API tokens of the configuration.
 *
 * @param users by name
 * @param tokens by name
 */
record Accounts(Map<String, User> users, Map<String, ApiToken> tokens) {

    static final Accounts NONE = new Accounts(Map.of(), Map.of());

    /** @param passwordHash in the format of {@code pgvigil hash-password} */
    record User(String name, Secret passwordHash, Role role) {}

    /**
     * @param sha256 of the token, in hexadecimal digits; the token itself has 256 random bits and is nowhere
     * @param expires null: never
     */
    record ApiToken(
            String name, String sha256, Role role, @Nullable Instant expires) {

        boolean valid(Instant now) {
            return expires == null || now.isBefore(expires);
        }
    }

    Accounts {
        users = Map.copyOf(users);
        tokens = Map.copyOf(tokens);
    }

    boolean isEmpty() {
        return users.isEmpty() && tokens.isEmpty();
    }

    /** The API token that was presented and has not expired; null: none. */
    @Nullable
    ApiToken token(String presented, Instant now) {
        byte[] hash = sha256(presented).getBytes(StandardCharsets.US_ASCII);
        ApiToken found = null;
        for (ApiToken token : List.copyOf(tokens.values())) {
            // All are compared, so that the time does not depend on which one is right.
            if (MessageDigest.isEqual(hash, token.sha256.getBytes(StandardCharsets.US_ASCII))) {
                found = token;
            }
        }
        return found == null || !found.valid(now) ? null : found;
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
