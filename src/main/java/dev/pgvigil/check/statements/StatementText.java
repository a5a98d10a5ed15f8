package dev.pgvigil.check.statements;

import dev.pgvigil.check.QueryText;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The text of a statement, and what it says of it.
 *
 * @param query without values and comments, truncated
 * @param kind what it does
 */
record StatementText(String query, Kind kind) {

    /** What a statement does, as far as its beginning tells. */
    enum Kind {
        /** Reads or writes rows for an application: its times are comparable. */
        ORDINARY,
        /** Loads, copies or rebuilds: its time depends on the amount, and is no regression. */
        BULK,
        /** Sets, begins, commits and other utility statements. */
        UTILITY
    }

    private static final Pattern BULK = Pattern.compile(
            "(copy|vacuum|analyze|cluster|reindex|refresh materialized view|create( unique)? index|alter table|"
                    + "create( unlogged| temp| temporary)? table .* as|select .* into|insert into [^(]*(\\([^)]*\\) *)?"
                    + "(with|select|table)|call|do)\\b.*");
    private static final Pattern ORDINARY =
            Pattern.compile("(select|insert|update|delete|merge|with|values|table|\\(|fetch|execute|declare).*");

    static StatementText of(String text) {
        String query = QueryText.normalised(text);
        return new StatementText(query, kind(query));
    }

    private static Kind kind(String query) {
        String lower = query.toLowerCase(Locale.ROOT);
        if (BULK.matcher(lower).matches()) {
            return Kind.BULK;
        }
        return ORDINARY.matcher(lower).matches() ? Kind.ORDINARY : Kind.UTILITY;
    }
}
