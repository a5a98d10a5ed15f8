package dev.pgvigil.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The files and variables that one load of the configuration uses. Each file is read once. */
final class Sources {

    private final Path folder;
    private final UnaryOperator<@Nullable String> environment;
    private final Map<String, String> variables;
    private final Map<Path, Content> contents = new HashMap<>();

    /**
     * Creates the sources of one load.
     *
     * @param folder base of relative names
     * @param environment the value of an environment variable, null if it is not set
     * @param variables settings from environment variables, used instead of a file
     */
    Sources(Path folder, UnaryOperator<@Nullable String> environment, Map<String, String> variables) {
        this.folder = folder;
        this.environment = environment;
        this.variables = Map.copyOf(variables);
    }

    @Nullable
    String environment(String name) {
        return environment.apply(name);
    }

    @Nullable
    String variable(String name) {
        return variables.get(name);
    }

    Content content(Path file) {
        return contents.computeIfAbsent(file, Content::of);
    }

    /** Resolves a file name of the configuration. */
    Content named(String name) {
        try {
            return content(folder.resolve(name));
        } catch (InvalidPathException e) {
            return new Content.Unreadable("has a name that no file can have");
        }
    }

    /** A file name as messages may show it. */
    String shown(String name) {
        return Redacted.file(folder, name);
    }

    /** The digest of each file that was read, or could not be. */
    Map<Path, String> digests() {
        return contents.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().digest()));
    }
}
