package dev.pgvigil.target;

/**
 * A list of texts that a check declares: {@code checks.<check>.<name>} in the configuration.
 *
 * @param description a phrase without a full stop; for the JSON Schema and the reference
 */
public record CheckOption(String check, String name, Kind kind, String description) {

    /** The most entries of one option. */
    public static final int MOST = 10_000;

    /** Where the texts are written. */
    public enum Kind {
        /** A list in the configuration. */
        LIST,
        /** The name of a file with one text a line; empty lines and lines that begin with {@code #} do not count. */
        FILE
    }

    public static CheckOption list(String check, String name, String description) {
        return new CheckOption(check, name, Kind.LIST, description);
    }

    public static CheckOption file(String check, String name, String description) {
        return new CheckOption(check, name, Kind.FILE, description);
    }
}
