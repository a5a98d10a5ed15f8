package dev.pgvigil.history;

/**
 * Client connections in a time bucket.
 *
 * @param most highest number in use at one observation
 * @param limit connections available to ordinary roles at that observation; 0: not observed
 */
public record ConnectionSample(int most, int limit) {

    public static final ConnectionSample NONE = new ConnectionSample(0, 0);

    public boolean observed() {
        return limit > 0;
    }
}
