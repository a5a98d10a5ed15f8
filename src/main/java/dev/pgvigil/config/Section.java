package dev.pgvigil.config;

/**
 * One feature's part of the configuration: everything under {@code pgvigil.<key>}. Adding a section is adding one bean;
 * a key that no section claims is an error.
 *
 * @param <T> an immutable value that the feature reads from {@link Settings}
 */
public interface Section<T> {

    /** The key under {@code pgvigil}, in kebab-case. */
    String key();

    /**
     * Reads the section. Never throws for what the user wrote: every mistake goes to the node's problems, so that all of
     * them are reported at once.
     *
     * @param node the section's node; of an absent section, an empty one, so that defaults have one place
     */
    T read(Node node);

    /**
     * Holds what this section read against what others did. Called when all of them have read, mistakes or not.
     *
     * @param all values of all sections; those that were read with a mistake hold a default in its place
     * @param node the section's node
     */
    default void compare(Settings all, Node node) {}
}
