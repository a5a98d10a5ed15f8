package dev.pgvigil.probe;

import dev.pgvigil.config.Node;
import dev.pgvigil.config.Shown;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads one group.
 *
 * @param cadences of all checks that a group may name
 */
record GroupReading(Map<String, Duration> cadences) {

    private static final int MOST = 1000;
    private static final Pattern PERCENT = Pattern.compile("(100|[1-9][0-9]?) ?%");
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,4}");

    Group group(String name, Node node) {
        return new Group(name, selection(node), criterion(node), minimumUp(node.child("minimum-up")));
    }

    private static Selection selection(Node node) {
        return new Selection(
                filled(node.child("targets")).stream()
                        .map(Node::text)
                        .filter(Objects::nonNull)
                        .map(Glob::new)
                        .toList(),
                tags(node.child("tags")),
                node.string("region", ""),
                node.choice("role", ExpectedRole.class, ExpectedRole.ANY));
    }

    private Criterion criterion(Node node) {
        Map<String, Duration> checks = new HashMap<>();
        for (Node item : filled(node.child("checks"))) {
            String check = item.text();
            Duration cadence = check == null ? null : cadences.get(check);
            if (cadence != null) {
                checks.put(check, cadence);
            } else if (check != null) {
                item.problem("must be one of " + String.join(", ", new TreeSet<>(cadences.keySet())) + ", not "
                        + Shown.value(check));
            }
        }
        return new Criterion(node.choice("down-when", DownWhen.class, DownWhen.UNHEALTHY), checks);
    }

    private static Map<String, String> tags(Node node) {
        Map<String, String> tags = new HashMap<>();
        node.children().forEach((tag, child) -> {
            String value = child.text();
            if (value != null) {
                tags.put(tag, value);
            }
        });
        if (node.present() && tags.isEmpty()) {
            node.problem("must have a tag, or be left out");
        }
        return tags;
    }

    /** A list that was written but left empty would choose everything, which nobody who wrote it meant. */
    private static List<Node> filled(Node list) {
        List<Node> items = list.items();
        if (list.present() && (items.isEmpty() || items.size() > MOST)) {
            list.problem("must have 1 to " + MOST + " entries, or be left out");
        }
        return items;
    }

    private static Quorum minimumUp(Node node) {
        String text = node.text();
        if (text == null) {
            return new Quorum.All();
        }
        if (PERCENT.matcher(text).matches()) {
            return new Quorum.Percent(Integer.parseInt(text.replaceAll("[ %]", "")));
        }
        if (COUNT.matcher(text).matches()) {
            return new Quorum.Count(Integer.parseInt(text));
        }
        node.problem("must be a count from 1, or a percentage from 1% to 100%, not " + Shown.value(text));
        return new Quorum.All();
    }
}
