package dev.pgvigil.check.statements;

import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Node;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code checks.statements.classes}. */
final class QueryClassReader {

    private static final int MOST = 20;
    private static final int MOST_MATCHES = 100;
    private static final int MAX_LENGTH = 300;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_]{1,40}");
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final long MOST_CALLS = 1_000_000_000L;

    private QueryClassReader() {}

    static List<QueryClass> read(Node list) {
        List<Node> items = list.items();
        if (items.size() > MOST) {
            list.problem("holds " + items.size() + " entries; at most " + MOST + " are possible");
            return List.of();
        }
        List<QueryClass> classes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Node item : items) {
            QueryClass one = one(item);
            if (!item.mistaken() && !names.add(one.name())) {
                item.child("name").problem("there is another class of this name");
            }
            classes.add(one);
        }
        return List.copyOf(classes);
    }

    private static QueryClass one(Node item) {
        String name = item.doc("Name of the class, for metrics and findings").string("name");
        List<String> tables = texts(item.doc("Statements that name one of these tables belong to the class"), "tables");
        List<Glob> tags = globs(
                item.doc("Statements with a comment such as key='value' that matches key=value, with * and ?"), "tags");
        List<Glob> patterns = globs(
                item.doc("Statements whose text without values matches, in lower case, with * and ?"), "patterns");
        Severity severity = item.doc("How urgent its findings are").choice("priority", Severity.class, Severity.MEDIUM);
        Duration degraded = item.doc("Mean execution time in an interval that degrades the target")
                .duration("mean-degraded", LEAST, LONGEST);
        Duration unhealthy = item.doc("Mean execution time in an interval that makes the target unhealthy")
                .duration("mean-unhealthy", LEAST, LONGEST);
        long calls = item.doc("Calls a minute below which the target is degraded; 0: none")
                .number("least-calls", 0, 0, MOST_CALLS);
        if (!item.mistaken() && (name == null || !NAME.matcher(name).matches())) {
            item.problem("needs a name of 1 to 40 letters, digits and underscores");
        }
        if (!item.mistaken() && tables.isEmpty() && tags.isEmpty() && patterns.isEmpty()) {
            item.problem("needs tables, tags or patterns: which statements belong to the class");
        }
        if (degraded != null && unhealthy != null && unhealthy.compareTo(degraded) < 0) {
            item.child("mean-unhealthy").problem("must be at least mean-degraded");
        }
        return new QueryClass(
                name == null ? "" : name,
                tables,
                tags,
                patterns,
                severity,
                milliseconds(degraded),
                milliseconds(unhealthy),
                calls == 0 ? null : calls);
    }

    private static @Nullable Double milliseconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e6;
    }

    private static List<String> texts(Node item, String key) {
        List<String> texts = item.strings(key);
        if (texts.size() > MOST_MATCHES
                || texts.stream().anyMatch(text -> text.isBlank() || text.length() > MAX_LENGTH)) {
            item.child(key).problem("has at most " + MOST_MATCHES + " entries of 1 to " + MAX_LENGTH + " characters");
            return List.of();
        }
        return texts;
    }

    private static List<Glob> globs(Node item, String key) {
        return texts(item, key).stream()
                .map(text -> new Glob(key.equals("patterns") ? text.toLowerCase(Locale.ROOT) : text))
                .toList();
    }
}
