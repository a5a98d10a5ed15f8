package dev.pgvigil.postgres;

/** Quotes the few values of statements that are not constants. */
public final class Sql {

    private Sql() {}

    /** A safely quoted string literal, whatever {@code standard_conforming_strings} is set to. */
    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }

    /** A quoted identifier. */
    public static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
