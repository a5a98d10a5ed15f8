package dev.pgvigil.config;

/**
 * One mistake in the configuration.
 *
 * @param key full dotted key, {@code pgvigil.targets.shop.role}
 * @param line line of the file, from 1; 0 where there is none (environment)
 * @param message what was found and what is allowed, without secrets
 */
public record Problem(String key, int line, String message) {

    @Override
    public String toString() {
        return (line > 0 ? "line " + line + ": " : "") + key + ": " + message;
    }
}
