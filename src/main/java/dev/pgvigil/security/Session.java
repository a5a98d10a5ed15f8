package dev.pgvigil.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The cookie that a browser sends instead of the token: the time of expiry, signed with the token. Sessions are not stored,
 * and a new token ends all sessions.
 */
final class Session {

    static final String COOKIE = "pgvigil_session";
    static final Duration TIME = Duration.ofHours(12);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})\\.([0-9a-f]{64})");

    private Session() {}

    static String issue(Token token, Instant now) {
        long end = now.plus(TIME).getEpochSecond();
        return end + "." + token.sign("session " + end);
    }

    static boolean valid(@Nullable String cookie, Token token, Instant now) {
        if (cookie == null) {
            return false;
        }
        Matcher form = FORM.matcher(cookie);
        if (!form.matches()) {
            return false;
        }
        long end = Long.parseLong(form.group(1));
        byte[] expected = token.sign("session " + end).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(expected, form.group(2).getBytes(StandardCharsets.US_ASCII))
                && now.getEpochSecond() < end;
    }
}
