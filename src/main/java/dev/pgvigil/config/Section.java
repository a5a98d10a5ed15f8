package dev.pgvigil.config;

/**
 * The configuration of one feature: everything under {@code pgvigil.<key>}. A section is added as one bean. A key without a
 * section is an error.
 *
 * @param <T> an immutable value that the feature reads from {@link Settings}
 */
public interface Section<T> {

    /** The key under {@code pgvigil}, in kebab-case. */
    String key();

    /**
     * Reads the section. Never throws because of user input: every error is recorded at the node, so that all errors are
     * reported at once.
     *
     * @param node the node of the section; an empty one if the section is absent, so that defaults are in one place
     */
    T read(Node node);

    /**
     * Validates this section against the other sections. Called after all sections were read, with or without errors.
     *
     * @param all values of all sections, with defaults in place of invalid values
     * @param node the section's node
     */
    default void compare(Settings all, Node node) {}
}
