package dev.pgvigil.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.Expressions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/** Where the configuration comes from. */
sealed interface ConfigOrigin {

    /** Name of the environment variable that gives one target in place of a file. */
    String DATABASE_URL = "DATABASE_URL";

    /** As the user calls it. */
    String name();

    /** Settings that stand in for a file. */
    default Map<String, String> variables() {
        return Map.of();
    }

    /**
     * A YAML file.
     *
     * @param ignoring whether a connection string is set too
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

    /** A connection string alone. Its secret does not show. */
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

    /** As configured; values are taken as they are, a password may hold {@code ${}}. */
    static ConfigOrigin of(Config config) {
        return Expressions.withoutExpansion(() -> of(
                config.getConfigValue("pgvigil.config").getValue(),
                config.getConfigValue("database.url").getValue()));
    }

    /** The file wins over the connection string; blank is as good as not set. */
    static ConfigOrigin of(@Nullable String file, @Nullable String url) {
        if (file != null && !file.isBlank()) {
            return new File(path(file.strip()), url != null && !url.isBlank());
        }
        return url == null || url.isBlank() ? new Nothing() : new Url(new Secret(url.strip()));
    }

    private static Path path(String name) {
        // A path makes one slash of two, and nothing knows the connection string again, to hide its password.
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
