package dev.pgvigil.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A place in the configuration tree. Reading a key makes it known. An error is recorded and the fallback returned, so that
 * reading continues and all errors are reported together. After reading, keys that no section has read are errors too; the
 * message lists the known keys.
 */
public interface Node {

    /** Full dotted key of this place. */
    String path();

    /** Line in the file, from 1; 0 if there is none. */
    int line();

    /** True if the configuration contains this place. */
    boolean present();

    /** Records an error at this place. */
    void problem(String message);

    /** True if an error was recorded at this place or below. */
    boolean mistaken();

    /**
     * Returns this place; the key that is read next gets this description.
     *
     * @param description a phrase without a full stop, for the JSON Schema and the reference
     */
    Node doc(String description);

    /**
     * Like {@link #doc}, for a key whose value may contain a password. Other text in the same braces may be a part of an
     * unquoted password, so no message shows it.
     */
    Node secret(String description);

    /** The place under a key; absent if the configuration does not contain it. */
    Node child(String key);

    /**
     * The place under a required key; an error if it is missing.
     *
     * @param example an allowed value
     */
    Node required(String key, String example);

    /** The place under another key of the parent map, used for the defaults of a section's entries. */
    Node beside(String key);

    /** The entries of a map whose keys the user chooses, in file order. */
    Map<String, Node> children();

    /** Takes everything below this place as read. */
    void skip();

    /** The elements of a list; a single value counts as a list of one. */
    List<Node> items();

    /** The scalar at this place as text; null if absent. A map or list is an error. */
    @Nullable
    String text();

    /** Formats a text that was read here for messages: in quotes, or masked if it may be a part of a password. */
    String shown(String text);

    String string(String key, String fallback);

    @Nullable
    String string(String key);

    List<String> strings(String key);

    boolean flag(String key, boolean fallback);

    int integer(String key, int fallback, int min, int max);

    /** A whole number that may be large. */
    long number(String key, long fallback, long min, long max);

    /** {@code 500ms}, {@code 5s}, {@code 5m}, {@code 1h}, {@code 2d}. */
    Duration duration(String key, Duration fallback, Duration min, Duration max);

    /** A duration that has no default. */
    @Nullable
    Duration duration(String key, Duration min, Duration max);

    /** {@code 80%} or {@code 0.8}. */
    double ratio(String key, double fallback, double min, double max);

    /** {@code 512}, {@code 64kB}, {@code 64MB}, {@code 1GiB}; as in PostgreSQL every step is 1024. */
    long bytes(String key, long fallback, long min, long max);

    /** One of an enum's constants, written in kebab-case. */
    <E extends Enum<E>> E choice(String key, Class<E> type, E fallback);

    /** A setting from the environment that is used instead of a file; absent if a file is used. */
    Node variable(String name);

    /** An environment variable that the configuration names; null if it is not set. */
    @Nullable
    String environment(String name);

    /**
     * A file that the configuration names; its changes cause a reload. Relative names start at the folder of the
     * configuration file.
     */
    Content file(String name);

    /**
     * Reads such a file as a YAML map of its own. Problems in it are recorded at this place, with file, line and key.
     *
     * @param reading reads the root of the file; not called if the file cannot be read
     */
    void document(String name, Consumer<Node> reading);

    /**
     * Reads such a file as YAML documents of maps, separated by {@code ---}. Unlike in {@link #document}, keys that were not read are
     * problems too.
     *
     * @param reading reads all roots together, because one document may refer to another; not called if the file cannot be read
     */
    void documents(String name, Consumer<List<Node>> reading);

    /** The text of such a file; null if it cannot be read, with an error recorded at this place. */
    @Nullable
    String content(String name);
}
