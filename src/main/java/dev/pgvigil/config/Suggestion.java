package dev.pgvigil.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Suggests a known key for an unknown one. */
final class Suggestion {

    private static final int MAX_LENGTH = 60;

    private Suggestion() {}

    /** The message for an unknown key. */
    static String unknown(String key, Collection<String> known) {
        if (key.equals("<<")) {
            return "merge keys are not supported: write the keys out, or use an alias for a whole value";
        }
        String allowed =
                known.isEmpty() ? "no key is allowed here" : "allowed are " + String.join(", ", new TreeSet<>(known));
        String near = nearest(key, known);
        return "unknown key; " + (near == null ? "" : "did you mean " + near + "? ") + allowed;
    }

    private static @Nullable String nearest(String word, Collection<String> known) {
        if (word.length() > MAX_LENGTH) {
            return null;
        }
        int maxDistance = Math.max(1, word.length() / 3);
        return known.stream()
                .filter(candidate -> distance(word, candidate) <= maxDistance)
                .min(Comparator.comparingInt((String candidate) -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
    }

    /** Levenshtein distance: number of letters to insert, remove or replace. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
