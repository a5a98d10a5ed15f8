package dev.pgvigil.postgres;

import dev.pgvigil.config.Secret;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection string, {@code postgresql://user:password@host:port/database?parameters}, read as libpq reads it where
 * pgvigil supports what it says, and refused where not.
 *
 * @param host lower-case name or address, IPv6 without brackets
 * @param port 5432 unless given
 * @param password null: none given
 * @param database the user's name unless given, as in libpq
 * @param parameters those after the question mark, each once, decoded
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
     * @param problem takes every mistake; no message shows a part of the string that may be a password
     * @return null if there is a mistake in it; one in the parameters alone does not hide where they lead
     */
    public static @Nullable ConnectionUrl parse(String text, Consumer<String> problem) {
        return new UrlParser(problem).parse(text);
    }
}
