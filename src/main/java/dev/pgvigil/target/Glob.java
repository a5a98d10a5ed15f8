package dev.pgvigil.target;

/**
 * A pattern in which {@code *} stands for any characters and {@code ?} for one. A match takes time proportional to the
 * product of both lengths at most: no pattern and no name makes it hang.
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
                // Only the latest star need take one more: an earlier one could not do better.
                at = star + 1;
                resume = next(text, resume);
                i = resume;
            } else {
                return false;
            }
        }
        return onlyStars(at);
    }

    /** Whether nothing but the pattern itself matches. */
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
