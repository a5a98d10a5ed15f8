package dev.pgvigil.target;

import dev.pgvigil.config.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the patterns of discovery. */
final class DiscoveryReader {

    private static final int MAX_PATTERNS = 100;
    private static final int MAX_LENGTH = 200;
    private static final List<String> EVERY = List.of("*");

    private DiscoveryReader() {}

    /** Null if discovery is not configured. */
    static @Nullable Discovery read(Node node) {
        if (!node.present()) {
            return null;
        }
        List<String> include = patterns(
                node.doc("Databases of the server that become targets, with * and ?; all by default"), "include");
        List<String> exclude = patterns(node.doc("Databases of the server that do not become targets"), "exclude");
        return new Discovery(node.child("include").present() ? include : EVERY, exclude);
    }

    private static List<String> patterns(Node node, String key) {
        List<String> patterns = node.strings(key);
        Node place = node.child(key);
        if (place.present() && place.items().isEmpty()) {
            place.problem("names no pattern: write \"*\" for every database, or remove the key");
        }
        if (patterns.size() > MAX_PATTERNS) {
            place.problem("holds " + patterns.size() + " patterns; at most " + MAX_PATTERNS + " are possible");
        }
        if (patterns.stream().anyMatch(pattern -> pattern.isEmpty() || pattern.length() > MAX_LENGTH)) {
            place.problem("a pattern has 1 to " + MAX_LENGTH + " characters");
        }
        return patterns;
    }
}
