package dev.pgvigil.check.custom;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions of PostgreSQL as postgres_exporter's {@code runonserver} writes them: {@code >=10.0.0}, {@code >=9.4 <14},
 * {@code <10.0.0 || >=12}. Terms in a row must all hold, of alternatives one.
 *
 * @param alternatives each a list of terms
 */
record VersionRange(List<List<Term>> alternatives) {

    static final VersionRange ALL = new VersionRange(List.of(List.of()));

    private static final int LONGEST = 200;
    private static final Pattern TERM =
            Pattern.compile("(>=|<=|!=|==|=|>|<|!)? ?v?(\\d{1,3})(?:\\.(\\d{1,3}))?(?:\\.(\\d{1,3}))?");

    /** One comparison with a version, as the server counts them: 140005 is 14.5, 90603 is 9.6.3. */
    record Term(String operator, int version) {

        boolean holds(int server) {
            return switch (operator) {
                case ">=" -> server >= version;
                case "<=" -> server <= version;
                case ">" -> server > version;
                case "<" -> server < version;
                case "!", "!=" -> server != version;
                default -> server == version;
            };
        }
    }

    /** The range; empty if the text is none. */
    static Optional<VersionRange> of(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        List<List<Term>> alternatives = new ArrayList<>();
        for (String alternative : text.split("\\|\\|", -1)) {
            List<Term> terms = new ArrayList<>();
            Matcher matcher = TERM.matcher(alternative);
            int end = 0;
            while (matcher.find()) {
                if (!alternative.substring(end, matcher.start()).isBlank()) {
                    return Optional.empty();
                }
                terms.add(new Term(matcher.group(1) == null ? "=" : matcher.group(1), number(matcher)));
                end = matcher.end();
            }
            if (terms.isEmpty() || !alternative.substring(end).isBlank()) {
                return Optional.empty();
            }
            alternatives.add(List.copyOf(terms));
        }
        return Optional.of(new VersionRange(List.copyOf(alternatives)));
    }

    private static int number(Matcher matcher) {
        int major = Integer.parseInt(matcher.group(2));
        int second = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        int third = matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4));
        // Since 10 the second number is the minor version: 14.5 is 14.0.5 in old writing, or simply 14.5.0.
        return major >= 10 ? major * 10_000 + Math.max(second, third) : major * 10_000 + second * 100 + third;
    }

    boolean contains(int server) {
        return alternatives.stream().anyMatch(terms -> terms.stream().allMatch(term -> term.holds(server)));
    }
}
