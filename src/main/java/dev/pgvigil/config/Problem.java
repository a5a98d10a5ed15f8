package dev.pgvigil.config;

/**
 * One error in the configuration.
 *
 * @param key full dotted key, {@code pgvigil.targets.shop.role}
 * @param line line of the file, from 1; 0 if there is none (environment)
 * @param message the error and the allowed values, without secrets
 */
public record Problem(String key, int line, String message) {

    @Override
    public String toString() {
        return (line > 0 ? "line " + line + ": " : "") + key + ": " + message;
    }
}
