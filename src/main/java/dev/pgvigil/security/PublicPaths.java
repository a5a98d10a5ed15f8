package dev.pgvigil.security;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * The paths that need no authentication: probes, metrics, the login, signed links and the status page. They are compared with the raw path, so that dots,
 * encodings or double slashes cannot make another path public.
 */
public final class PublicPaths {

    private static final Set<String> PROBES =
            Set.of("/health", "/health/live", "/health/ready", "/health/started", "/health/well", "/health/database");

    private static final Set<String> OTHERS = Set.of(
            "/metrics",
            "/login",
            // Its link is signed.
            "/alerts/acknowledge",
            // Answered only if the status page is enabled.
            "/status",
            "/status.atom",
            "/status.json",
            "/style.css",
            "/icon.svg",
            "/favicon.ico");

    private static final Pattern GROUP = Pattern.compile("/health/group/[A-Za-z0-9][A-Za-z0-9_-]*");

    private PublicPaths() {}

    /** True if this raw path needs no authentication. */
    public static boolean contain(String path) {
        return containProbe(path) || OTHERS.contains(path);
    }

    /** True if this raw path is that of a probe. */
    static boolean containProbe(String path) {
        return PROBES.contains(path) || GROUP.matcher(path).matches();
    }
}
