package dev.pgvigil.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pgvigil.config.Secret;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A link that acknowledges one alert in the name of one receiver, for a week, without a login. It is signed; nobody can make one for
 * another alert, another name or a later time.
 */
record AcknowledgeLink(String alert, String receiver, Instant until, String signature) {

    /** The page that it leads to. */
    static final String PATH = "/alerts/acknowledge";

    private static final Duration VALID = Duration.ofDays(7);

    static AcknowledgeLink of(String alert, String receiver, Instant now, Secret key) {
        Instant until = Instant.ofEpochSecond(now.plus(VALID).getEpochSecond());
        return new AcknowledgeLink(alert, receiver, until, sign(alert, receiver, until, key));
    }

    /** Whether it is signed with that key and not too old. */
    boolean valid(Secret key, Instant now) {
        return now.isBefore(until)
                && MessageDigest.isEqual(
                        signature.getBytes(UTF_8),
                        sign(alert, receiver, until, key).getBytes(UTF_8));
    }

    String address(String page) {
        return page + PATH + "?alert=" + encoded(alert) + "&receiver=" + encoded(receiver) + "&until="
                + until.getEpochSecond() + "&signature=" + encoded(signature);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private static String sign(String alert, String receiver, Instant until, Secret key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.value().getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of()
                    .formatHex(mac.doFinal((alert + "\n" + receiver + "\n" + until.getEpochSecond()).getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
