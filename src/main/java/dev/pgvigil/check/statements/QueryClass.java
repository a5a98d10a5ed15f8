package dev.pgvigil.check.statements;

import dev.pgvigil.check.QueryText;
import dev.pgvigil.check.Severity;
import dev.pgvigil.target.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Statements that belong together for the application, such as those of bookings: {@code checks.statements.classes}. A statement
 * belongs to the first class that it matches.
 *
 * @param tables names that the statement contains, with or without schema
 * @param tags comments that it has, as {@code key=value}; with {@code *} and {@code ?}
 * @param patterns of its text without values
 * @param severity of its findings
 * @param meanDegraded mean milliseconds from which the target is degraded; null: none
 * @param meanUnhealthy the same for unhealthy
 * @param leastCalls calls a minute below which the target is degraded; null: none
 */
public record QueryClass(
        String name,
        List<String> tables,
        List<Glob> tags,
        List<Glob> patterns,
        Severity severity,
        @Nullable Double meanDegraded,
        @Nullable Double meanUnhealthy,
        @Nullable Long leastCalls) {

    private static final Pattern COMMENT = Pattern.compile("/\\*(.*?)\\*/", Pattern.DOTALL);

    /** As sqlcommenter writes them ({@code key='value'}), and marginalia ({@code key:value}). */
    private static final Pattern TAG =
            Pattern.compile("([\\w.-]{1,60})\\s*[=:]\\s*(?:'([^']{0,200})'|([^\\s,']{1,200}))");

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_$]+");

    public QueryClass {
        tables = List.copyOf(tables);
        tags = List.copyOf(tags);
        patterns = List.copyOf(patterns);
    }

    /** A statement as classes look at it. */
    record Text(String normalised, List<String> words, List<String> tags) {

        /** @param text as pg_stat_statements has it, with its comments */
        static Text of(String text) {
            String normalised = QueryText.normalised(text).toLowerCase(Locale.ROOT);
            List<String> words = new ArrayList<>();
            Matcher word = WORD.matcher(normalised);
            while (word.find()) {
                words.add(word.group());
            }
            List<String> tags = new ArrayList<>();
            Matcher comment = COMMENT.matcher(text);
            while (comment.find()) {
                Matcher tag = TAG.matcher(comment.group(1));
                while (tag.find()) {
                    tags.add(tag.group(1) + "=" + (tag.group(2) == null ? tag.group(3) : tag.group(2)));
                }
            }
            return new Text(normalised, words, tags);
        }
    }

    boolean matches(Text text) {
        return tables.stream()
                        .anyMatch(table -> text.words.contains(table.substring(table.lastIndexOf('.') + 1)
                                        .toLowerCase(Locale.ROOT))
                                && (table.indexOf('.') < 0
                                        || text.normalised.replace("\"", "").contains(table.toLowerCase(Locale.ROOT))))
                || tags.stream().anyMatch(tag -> text.tags.stream().anyMatch(tag::matches))
                || patterns.stream().anyMatch(pattern -> pattern.matches(text.normalised));
    }
}
