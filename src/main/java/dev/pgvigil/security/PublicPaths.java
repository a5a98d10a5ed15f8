package dev.pgvigil.security;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is open to everybody: probes, metrics, and the way in. Compared with the path as it came, so that no two readings
 * of one path (dots, encodings, double slashes) can differ; what looks odd is not open.
 */
public final class PublicPaths {

    private static final Set<String> EXACT = Set.of(
            "/health",
            "/health/live",
            "/health/ready",
            "/health/started",
            "/health/well",
            "/health/database",
            "/metrics",
            "/login",
            "/style.css",
            "/icon.svg",
            "/favicon.ico");

    private static final Pattern GROUP = Pattern.compile("/health/group/[A-Za-z0-9][A-Za-z0-9_-]*");

    private PublicPaths() {}

    /** Whether the path, as it came, is open. */
    public static boolean contain(String path) {
        return EXACT.contains(path) || GROUP.matcher(path).matches();
    }
}
