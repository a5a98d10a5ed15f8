package dev.pgvigil.postgres;

/** Quoting, for the few values that a statement takes from outside. */
public final class Sql {

    private Sql() {}

    /** A string literal that no content can leave, whatever {@code standard_conforming_strings} says. */
    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }

    /** A quoted identifier. */
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
