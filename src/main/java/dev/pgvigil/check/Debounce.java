package dev.pgvigil.check;

/**
 * How much evidence a finding of a check needs before it counts: it opens when at least {@code times} of the last
 * {@code of} judgements hold it, and closes when the last {@code times} all lack it.
 */
public record Debounce(int times, int of) {

    /** One look is enough. */
    public static final Debounce AT_ONCE = new Debounce(1, 1);

    public Debounce {
        if (times < 1 || of < times || of > 30) {
            throw new IllegalArgumentException(
                    "evidence must be N of M with 1 <= N <= M <= 30, not " + times + " of " + of);
        }
    }
}
