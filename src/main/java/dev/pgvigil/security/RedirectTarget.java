package dev.pgvigil.security;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The path to open after a login. Only paths of pgvigil are accepted, to prevent open redirects. */
final class RedirectTarget {

    static final String FLEET = "/";

    // Browsers ignore tabs and line breaks, and interpret a second slash or backslash as the start of a host name.
    private static final Pattern OURS = Pattern.compile("/(?![/\\\\])[!-~]{0,2047}");

    private RedirectTarget() {}

    /** The requested path, or that of the fleet if it is not a path of pgvigil. */
    static String of(@Nullable String wanted) {
        return wanted != null && OURS.matcher(wanted).matches() ? wanted : FLEET;
    }

    /** The login page that redirects to this path. */
    static String afterLogin(String wanted) {
        String destination = of(wanted);
        return destination.equals(FLEET)
                ? "/login"
                : "/login?to=" + URLEncoder.encode(destination, StandardCharsets.UTF_8);
    }
}
