package dev.pgvigil.security;

import dev.pgvigil.config.Redacted;
import dev.pgvigil.config.Secret;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.Expressions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The source of the token: {@code PGVIGIL_TOKEN} or the file {@code PGVIGIL_TOKEN_FILE}.
 *
 * @param value the token; null: not set
 * @param file the file that contains it; null: not set
 */
record TokenSource(@Nullable Secret value, @Nullable Path file) {

    static final String VALUE = "pgvigil.token";
    static final String FILE = "pgvigil.token-file";

    private static final int LARGEST = 4096;
    // The characters that a header may contain without quoting.
    private static final Pattern USABLE = Pattern.compile("[!-~]{16,512}");

    static TokenSource of(Config config) {
        String value = text(config, VALUE);
        String file = text(config, FILE);
        return new TokenSource(value == null ? null : new Secret(value), file == null ? null : Path.of(file));
    }

    boolean present() {
        return value != null || file != null;
    }

    /**
     * The token; null if none is configured. Reads a file, so not for event loops.
     *
     * @throws ConfigurationException if one is configured but cannot be read or used
     */
    @Nullable
    Token read() {
        if (value != null && file != null) {
            throw new ConfigurationException("PGVIGIL_TOKEN and PGVIGIL_TOKEN_FILE are both set; set one of them");
        }
        if (file != null) {
            return usable("PGVIGIL_TOKEN_FILE (" + file + ")", content(file));
        }
        return value == null ? null : usable("PGVIGIL_TOKEN", value.value());
    }

    private static Token usable(String where, String token) {
        if (!USABLE.matcher(token).matches()) {
            throw new ConfigurationException(where + " contains a token of " + token.length()
                    + " characters that is not valid; allowed: 16 to 512 visible ASCII characters without spaces,"
                    + " such as the output of `openssl rand -hex 32`");
        }
        return new Token(new Secret(token));
    }

    private static String content(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new ConfigurationException("PGVIGIL_TOKEN_FILE: " + file + " is larger than 4 KiB");
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            // Without the cause, whose message repeats the name: the name may be the token itself, in the wrong place.
            throw new ConfigurationException(
                    "PGVIGIL_TOKEN_FILE: the file " + Redacted.file(Path.of(""), file.toString()) + " cannot be read: "
                            + e.getClass().getSimpleName());
        }
    }

    // A token may contain the syntax of config expressions.
    private static @Nullable String text(Config config, String key) {
        return given(
                Expressions.withoutExpansion(() -> config.getConfigValue(key).getValue()));
    }

    /** The value of a setting; blank counts as not set. */
    static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
