package dev.pgvigil.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in the configuration tree. Asking for a key makes it known; a mistake is noted and the fallback returned, so
 * that reading goes on and all mistakes are reported together. After reading, keys that nobody asked for are mistakes
 * too, and the message lists those that were asked for.
 */
public interface Node {

    /** Full dotted key of this place. */
    String path();

    /** Line in the file, from 1; 0 where there is none. */
    int line();

    /** Whether the user wrote anything here. */
    boolean present();

    /** Notes a mistake at this place. */
    void problem(String message);

    /** Whether a mistake was noted at this place or below. */
    boolean mistaken();

    /**
     * This place; what is asked for next becomes known with this description.
     *
     * @param description a phrase without a full stop, for the JSON Schema and the reference
     */
    Node doc(String description);

    /**
     * As {@link #doc}, for a key whose value may hold a password. What is written in the same braces may be a part of it that
     * lacks quotes, and no message repeats it.
     */
    Node secret(String description);

    /** The place under a key; an absent one if the user did not write it. */
    Node child(String key);

    /**
     * The place under a key that must be there; a mistake if it is not.
     *
     * @param example what may be written
     */
    Node required(String key, String example);

    /** The place under another key of the map that this one is in: what a section's entries take as their defaults. */
    Node beside(String key);

    /** The entries of a map whose keys the user chooses, in file order. */
    Map<String, Node> children();

    /** The elements of a list; a single value counts as a list of one. */
    List<Node> items();

    /** This place's own scalar as text; null if absent; a map or list is a mistake. */
    @Nullable
    String text();

    /** A text that was read here as messages may repeat it: in quotes, or masked where it may be a part of a password. */
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

    /** A setting that the environment gives in place of a file; absent where a file is in force. */
    Node variable(String name);

    /** An environment variable that the configuration names; null if it is not set. */
    @Nullable
    String environment(String name);

    /**
     * A file that the configuration names, watched for change from now on. Relative names start at the folder of the
     * configuration file.
     */
    Content file(String name);

    /** The text of such a file; null, with the mistake noted at this place, if it cannot be read. */
    @Nullable
    String content(String name);
}
