package dev.pgvigil.history;

/**
 * Connections of clients in a stretch of time.
 *
 * @param most in use at one look
 * @param limit what ordinary roles could get at that look; 0: nobody looked
 */
public record ConnectionSample(int most, int limit) {

    public static final ConnectionSample NONE = new ConnectionSample(0, 0);

    public boolean observed() {
        return limit > 0;
    }
}
