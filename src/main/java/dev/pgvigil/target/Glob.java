package dev.pgvigil.target;

/**
 * A pattern in which {@code *} matches any characters and {@code ?} matches one. The time of a match is at most proportional
 * to the product of both lengths.
 */
public record Glob(String pattern) {

    /** Whether the whole text matches. */
    public boolean matches(String text) {
        int at = 0;
        int star = -1;
        int resume = 0;
        int i = 0;
        while (i < text.length()) {
            if (has(at, '*')) {
                star = at++;
                resume = i;
            } else if (has(at, '?') || has(at, text.codePointAt(i))) {
                at = next(pattern, at);
                i = next(text, i);
            } else if (star >= 0) {
                // Only the latest star needs to match one more character; an earlier one cannot help.
                at = star + 1;
                resume = next(text, resume);
                i = resume;
            } else {
                return false;
            }
        }
        return onlyStars(at);
    }

    /** True if only the pattern itself matches. */
    public boolean exact() {
        return pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0;
    }

    @Override
    public String toString() {
        return pattern;
    }

    private boolean has(int at, int codePoint) {
        return at < pattern.length() && pattern.codePointAt(at) == codePoint;
    }

    private boolean onlyStars(int from) {
        return pattern.substring(from).chars().allMatch(c -> c == '*');
    }

    private static int next(String text, int at) {
        return text.offsetByCodePoints(at, 1);
    }
}
