package dev.pgvigil.testing;

import dev.pgvigil.postgres.Sql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The published script of grants, {@code docs/grants.sql}. */
final class Grants {

    private static final Pattern ROLE = Pattern.compile("\\bpgvigil\\b");

    private Grants() {}

    /** The statements of the script for a role of this name. */
    static String script(String role) {
        try {
            String text = Files.readString(Path.of(System.getProperty("pgvigil.docs", "docs"), "grants.sql"));
            String statements = text.replaceAll("(?m)^--.*$", "");
            return ROLE.matcher(statements).replaceAll(Matcher.quoteReplacement(Sql.identifier(role)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
