package dev.pgvigil.history;

/**
 * Connections of clients in a stretch of time.
 *
 * @param most in use at one look
 * @param limit what ordinary roles could get at that look; 0: nobody looked
 */
public record Use(int most, int limit) {

    public static final Use NONE = new Use(0, 0);

    public boolean observed() {
        return limit > 0;
    }
}
