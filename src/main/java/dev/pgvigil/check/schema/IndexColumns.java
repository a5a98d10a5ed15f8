package dev.pgvigil.check.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a table that a statement compares with values, as far as an index on them serves the comparison. Whatever is not
 * surely understood gives nothing: OR, NOT, functions and casts of columns, other tables.
 *
 * @param equal compared for equality, in the order of the text
 * @param range the first that is compared with a bound; null: none
 * @param complete whether nothing else restricts the rows
 */
record IndexColumns(List<String> equal, @Nullable String range, boolean complete) {

    /** The most columns of an index that is proposed. */
    static final int MOST = 3;

    private static final Pattern TOKEN =
            Pattern.compile("\"[^\"]*+(?:\"\"[^\"]*+)*+\"|[\\p{L}_][\\p{L}\\p{N}_$]*|\\$\\d+|::|[<>=!~]+|[^\\s]");
    private static final Set<String> NOT_UNDERSTOOD = Set.of(
            "or",
            "not",
            "join",
            "union",
            "intersect",
            "except",
            "with",
            "exists",
            "case",
            "some",
            "all",
            "is",
            "lateral",
            "…");
    private static final Set<String> ENDS = Set.of(
            "and", ")", "group", "order", "limit", "offset", "fetch", "for", "returning", "having", "window", "");
    private static final Set<String> BOUNDS = Set.of("<", ">", "<=", ">=");

    IndexColumns {
        equal = List.copyOf(equal);
    }

    /**
     * Those of a statement on this table alone.
     *
     * @param query with placeholders in place of values
     * @param types the table's columns and their types
     */
    static Optional<IndexColumns> ofStatement(String query, String relname, Map<String, String> types) {
        List<String> tokens = tokens(query);
        int where = tokens.indexOf("where");
        if (where < 0
                || tokens.stream().anyMatch(NOT_UNDERSTOOD::contains)
                || tokens.stream().filter("select"::equals).count() > 1
                || !onlyTable(tokens.subList(0, where)).equals(Optional.of(relname))) {
            return Optional.empty();
        }
        return compared(tokens.subList(where + 1, tokens.size()), types);
    }

    /** Those of the filter of a sequential scan, as EXPLAIN prints it. */
    static Optional<IndexColumns> ofFilter(String filter, Map<String, String> types) {
        List<String> tokens = tokens(filter);
        return tokens.stream().anyMatch(NOT_UNDERSTOOD::contains) ? Optional.empty() : compared(tokens, types);
    }

    /** Equal ones first, then the bound; at most three. */
    List<String> all() {
        return Stream.concat(equal.stream(), Stream.ofNullable(range))
                .limit(MOST)
                .toList();
    }

    private static List<String> tokens(String text) {
        return TOKEN.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(token -> token.startsWith("\"") && token.length() > 1
                        ? token.substring(1, token.length() - 1).replace("\"\"", "\"")
                        : token.toLowerCase(Locale.ROOT))
                .toList();
    }

    /** The table of SELECT … FROM t, UPDATE t SET … and DELETE FROM t; empty if there are more. */
    private static Optional<String> onlyTable(List<String> head) {
        String verb = head.isEmpty() ? "" : head.getFirst();
        int at = switch (verb) {
            case "select" -> head.indexOf("from");
            case "delete" -> 1;
            case "update" -> 0;
            default -> -1;
        };
        int end = verb.equals("update") ? head.indexOf("set") : head.size();
        if (at < 0 || end < 0 || head.lastIndexOf("from") > at) {
            return Optional.empty();
        }
        List<String> table = head.subList(at + 1, end).stream()
                .filter(token -> !token.equals("only"))
                .toList();
        if (table.isEmpty() || table.contains(",") || table.contains("(")) {
            return Optional.empty();
        }
        return Optional.of(table.size() > 2 && table.get(1).equals(".") ? table.get(2) : table.getFirst());
    }

    private static Optional<IndexColumns> compared(List<String> tokens, Map<String, String> types) {
        List<String> equal = new ArrayList<>();
        List<String> ranges = new ArrayList<>();
        int others = 1;
        for (int i = 0; i < tokens.size() && !(ENDS.contains(tokens.get(i)) && ends(tokens.get(i))); i++) {
            String column = tokens.get(i);
            others += column.equals("and") ? 1 : column.equals("between") ? -1 : 0;
            String type = types.get(column);
            if (type == null || !begins(tokens, i)) {
                continue;
            }
            int operator = operatorAfter(tokens, i, type);
            String name = at(tokens, operator);
            if ((name.equals("=") && comparesWithValue(tokens, operator)) || inValues(tokens, operator)) {
                equal.add(column);
            } else if ((BOUNDS.contains(name) && comparesWithValue(tokens, operator)) || name.equals("between")) {
                ranges.add(column);
            }
        }
        List<String> distinct = equal.stream().distinct().toList();
        Set<String> known = new HashSet<>(distinct);
        String range = ranges.stream()
                .filter(column -> !known.contains(column))
                .findFirst()
                .orElse(null);
        return distinct.isEmpty() && range == null
                ? Optional.empty()
                : Optional.of(new IndexColumns(distinct, range, others == equal.size() + ranges.size()));
    }

    /** Whether the conditions are over: AND and parentheses go on. */
    private static boolean ends(String token) {
        return !token.equals("and") && !token.equals(")");
    }

    /** Whether a condition begins here, or with the name of the table before it. */
    private static boolean begins(List<String> tokens, int at) {
        int first = at(tokens, at - 1).equals(".") ? at - 2 : at;
        String before = at(tokens, first - 1);
        return before.isEmpty() || before.equals("and") || (before.equals("(") && !called(tokens, first - 1));
    }

    /** Whether a parenthesis is that of a call. */
    private static boolean called(List<String> tokens, int parenthesis) {
        String before = at(tokens, parenthesis - 1);
        return !before.isEmpty()
                && !before.equals("and")
                && !before.equals("(")
                && Character.isLetter(before.codePointAt(0));
    }

    /** The place of the operator: behind the cast with which EXPLAIN shows a varchar, which an index serves. */
    private static int operatorAfter(List<String> tokens, int column, String type) {
        boolean cast = type.equals("varchar")
                && at(tokens, column + 1).equals(")")
                && at(tokens, column + 2).equals("::")
                && at(tokens, column + 3).equals("text");
        return cast ? column + 4 : column + 1;
    }

    private static boolean comparesWithValue(List<String> tokens, int operator) {
        String value = at(tokens, operator + 1);
        if (value.equals("any")) {
            return true;
        }
        int next = operator + 2;
        while (at(tokens, next).equals("::")) {
            next += 2;
        }
        return (value.startsWith("$") || value.equals("?")) && ENDS.contains(at(tokens, next));
    }

    private static boolean inValues(List<String> tokens, int operator) {
        String value = at(tokens, operator + 2);
        return at(tokens, operator).equals("in")
                && at(tokens, operator + 1).equals("(")
                && (value.startsWith("$") || value.equals("?"));
    }

    private static String at(List<String> tokens, int place) {
        return place >= 0 && place < tokens.size() ? tokens.get(place) : "";
    }
}
