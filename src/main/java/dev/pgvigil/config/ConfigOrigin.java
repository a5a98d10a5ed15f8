package dev.pgvigil.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.Expressions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** The source of the configuration. */
sealed interface ConfigOrigin {

    /** The environment variable that configures one target without a file. */
    String DATABASE_URL = "DATABASE_URL";

    /** The name for messages. */
    String name();

    /** Settings that are used instead of a file. */
    default Map<String, String> variables() {
        return Map.of();
    }

    /**
     * A YAML file.
     *
     * @param ignoring true if a connection string is also set and is ignored
     */
    record File(Path path, boolean ignoring) implements ConfigOrigin {
        @Override
        public String name() {
            return path.toString();
        }

        Path folder() {
            Path parent = path.toAbsolutePath().getParent();
            return parent == null ? path : parent;
        }
    }

    /** Only a connection string. Its secret is never shown. */
    record Url(Secret url) implements ConfigOrigin {
        @Override
        public String name() {
            return DATABASE_URL;
        }

        @Override
        public Map<String, String> variables() {
            return Map.of(DATABASE_URL, url.value());
        }
    }

    /** Nothing is configured. */
    record Nothing() implements ConfigOrigin {
        @Override
        public String name() {
            return "environment";
        }
    }

    /** Values are taken without expansion: a password may contain {@code ${}}. */
    static ConfigOrigin of(Config config) {
        return Expressions.withoutExpansion(() -> of(
                config.getConfigValue("pgvigil.config").getValue(),
                config.getConfigValue("database.url").getValue()));
    }

    /** The file takes precedence over the connection string; a blank value counts as not set. */
    static ConfigOrigin of(@Nullable String file, @Nullable String url) {
        if (file != null && !file.isBlank()) {
            return new File(path(file.strip()), url != null && !url.isBlank());
        }
        return url == null || url.isBlank() ? new Nothing() : new Url(new Secret(url.strip()));
    }

    private static Path path(String name) {
        // Path replaces two slashes by one, so a connection string would not be recognized and its password not masked.
        if (name.contains("://")) {
            throw new ConfigurationException(
                    "PGVIGIL_CONFIG names a file; a connection string belongs into " + DATABASE_URL);
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new ConfigurationException(
                    "PGVIGIL_CONFIG: " + Redacted.value(name) + " is a name that no file can have");
        }
    }
}
