package dev.pgvigil.alert;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.config.Node;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Selects alerts; what is empty selects all of them.
 *
 * @param checks patterns of the name of a check, or of the key of a finding, such as {@code connections/*}
 * @param tags all of them, with these values
 */
record Selector(List<Glob> checks, Set<Severity> severities, List<Glob> targets, Map<String, String> tags) {

    static final Selector ALL = new Selector(List.of(), Set.of(), List.of(), Map.of());

    Selector {
        checks = List.copyOf(checks);
        severities = Set.copyOf(severities);
        targets = List.copyOf(targets);
        tags = Map.copyOf(tags);
    }

    static Selector read(Node node) {
        return new Selector(
                globs(node.doc("Checks, or keys of findings, with * and ?; all by default"), "checks"),
                severities(node),
                globs(node.doc("Targets by name, with * and ?; all by default"), "targets"),
                tags(node.doc("Targets by tag: all of these").child("tags")));
    }

    private static List<Glob> globs(Node node, String key) {
        return node.strings(key).stream().map(Glob::new).toList();
    }

    private static Set<Severity> severities(Node node) {
        Set<Severity> chosen = EnumSet.noneOf(Severity.class);
        Map<String, Severity> known = new LinkedHashMap<>();
        for (Severity severity : Severity.values()) {
            known.put(severity.name().toLowerCase(Locale.ROOT), severity);
        }
        for (String text :
                node.doc("critical, high, medium, low; all by default").strings("severities")) {
            Severity severity = known.get(text);
            if (severity == null) {
                node.child("severities")
                        .problem("must be of " + String.join(", ", known.keySet()) + ", not " + node.shown(text));
            } else {
                chosen.add(severity);
            }
        }
        return chosen;
    }

    private static Map<String, String> tags(Node node) {
        Map<String, String> tags = new TreeMap<>();
        node.children().forEach((tag, child) -> {
            String value = child.text();
            if (value != null) {
                tags.put(tag, value);
            }
        });
        return tags;
    }

    /**
     * Whether it selects that finding of that target.
     *
     * @param target null: it is not monitored any more, or is pgvigil itself
     */
    boolean selects(String name, @Nullable Target target, Finding finding, Severity severity) {
        return (severities.isEmpty() || severities.contains(severity))
                && (targets.isEmpty() || targets.stream().anyMatch(glob -> glob.matches(name)))
                && (checks.isEmpty()
                        || checks.stream()
                                .anyMatch(glob -> glob.matches(finding.check()) || glob.matches(finding.key())))
                && (tags.isEmpty()
                        || (target != null && target.tags().entrySet().containsAll(tags.entrySet())));
    }
}
