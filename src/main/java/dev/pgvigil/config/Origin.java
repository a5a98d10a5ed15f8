package dev.pgvigil.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the configuration comes from. */
sealed interface Origin {

    /** Name of the environment variable that gives one target in place of a file. */
    String DATABASE_URL = "DATABASE_URL";

    /** As the user calls it. */
    String name();

    /** Settings that stand in for a file. */
    default Map<String, String> variables() {
        return Map.of();
    }

    /** A YAML file. */
    record File(Path path) implements Origin {
        @Override
        public String name() {
            return path.toString();
        }

        Path folder() {
            Path parent = path.toAbsolutePath().getParent();
            return parent == null ? path : parent;
        }
    }

    /** A connection string alone. */
    record Url(Secret url) implements Origin {
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
    record Nothing() implements Origin {
        @Override
        public String name() {
            return "environment";
        }
    }

    /** The file wins over the connection string; blank is as good as not set. */
    static Origin of(@Nullable String file, @Nullable String url) {
        if (file != null && !file.isBlank()) {
            return new File(Path.of(file.strip()));
        }
        return url == null || url.isBlank() ? new Nothing() : new Url(new Secret(url.strip()));
    }
}
