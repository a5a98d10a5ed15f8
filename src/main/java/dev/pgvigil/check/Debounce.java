package dev.pgvigil.check;

/**
 * How many results a finding needs: it opens when at least {@code times} of the last {@code of} evaluations contain it, and
 * closes when none of the last {@code times} does.
 */
public record Debounce(int times, int of) {

    /** One result is enough. */
    public static final Debounce AT_ONCE = new Debounce(1, 1);

    public Debounce {
        if (times < 1 || of < times || of > 30) {
            throw new IllegalArgumentException(
                    "evidence must be N of M with 1 <= N <= M <= 30, not " + times + " of " + of);
        }
    }
}
