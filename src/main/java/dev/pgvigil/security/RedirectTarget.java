package dev.pgvigil.security;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a browser wanted to go when it was asked for the token: an address of ours, for others could be bait. */
final class RedirectTarget {

    static final String FLEET = "/";

    // Browsers drop tabs and line breaks, and take a second slash of either kind for the start of a host's name.
    private static final Pattern OURS = Pattern.compile("/(?![/\\\\])[!-~]{0,2047}");

    private RedirectTarget() {}

    /** What was wanted, or the fleet if that is not ours. */
    static String of(@Nullable String wanted) {
        return wanted != null && OURS.matcher(wanted).matches() ? wanted : FLEET;
    }

    /** The way in that leads on to there. */
    static String afterLogin(String wanted) {
        String destination = of(wanted);
        return destination.equals(FLEET)
                ? "/login"
                : "/login?to=" + URLEncoder.encode(destination, StandardCharsets.UTF_8);
    }
}
