package dev.pgvigil.postgres;

import dev.pgvigil.config.Secret;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection string, {@code postgresql://user:password@host:port/database?parameters}, read as libpq reads it. What pgvigil
 * does not support is refused.
 *
 * @param host lower-case name or address, IPv6 without brackets
 * @param port default 5432
 * @param password null if none is given
 * @param database default the user's name, as in libpq
 * @param parameters the parameters after the question mark, each once, decoded
 */
public record ConnectionUrl(
        String host,
        int port,
        String user,
        @Nullable Secret password,
        String database,
        Map<String, String> parameters) {

    public ConnectionUrl {
        parameters = Map.copyOf(parameters);
    }

    /**
     * Reads a connection string.
     *
     * @param problem receives every error; no message shows a part of the string that may be a password
     * @return null if the string has an error
     */
    public static @Nullable ConnectionUrl parse(String text, Consumer<String> problem) {
        return new UrlParser(problem).parse(text);
    }
}
