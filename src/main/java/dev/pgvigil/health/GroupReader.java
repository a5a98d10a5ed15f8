package dev.pgvigil.health;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Check;
import dev.pgvigil.config.Node;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads the configuration of one group.
 *
 * @param known the checks that a group may name
 */
record GroupReader(Catalogue known) {

    private static final int MOST = 1000;
    private static final Pattern PERCENT = Pattern.compile("(100|[1-9][0-9]?) ?%");
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final Pattern COUNT_OR_NONE = Pattern.compile("0|[1-9][0-9]{0,4}");

    Group group(String name, Node node) {
        return new Group(
                name,
                selection(node),
                policy(node),
                minimumUp(node.doc("How many members must be up: a count from 1, or a percentage; all by default")
                        .child("minimum-up")),
                burn(node.doc("What burning error budgets mean for the group, when it is asked with ?policy=burn")
                        .child("burn")));
    }

    private static BurnPolicy burn(Node node) {
        return new BurnPolicy(
                node.doc("The burn rate that takes a member away: page, or any that is faster than the budget lasts")
                        .choice("down-when", BurnPolicy.DownWhen.class, BurnPolicy.DownWhen.PAGE),
                floor(node.doc(
                                "How many members must remain: burning budgets take no more of them away; a count from 0, or a percentage; 50% by default")
                        .child("floor")));
    }

    private static TargetSelector selection(Node node) {
        return new TargetSelector(
                nonEmptyItems(node.doc("Members by name, with * and ?").child("targets")).stream()
                        .map(Node::text)
                        .filter(Objects::nonNull)
                        .map(Glob::new)
                        .toList(),
                tags(node.doc("Members by tag: all of these").child("tags")),
                node.doc("Members by region").string("region", ""),
                node.doc("Members by the role that they have now")
                        .choice("role", ExpectedRole.class, ExpectedRole.ANY));
    }

    private GroupPolicy policy(Node node) {
        Set<Check<?>> checks = new HashSet<>();
        for (Node item : nonEmptyItems(
                node.doc("Only findings of these checks count; all by default").child("checks"))) {
            String check = item.text();
            if (check != null && known.names().contains(check)) {
                checks.add(known.check(check));
            } else if (check != null) {
                item.problem("must be one of " + String.join(", ", new TreeSet<>(known.names())) + ", not "
                        + item.shown(check));
            }
        }
        return new GroupPolicy(
                node.doc("What makes a member down; unknown always does")
                        .choice("down-when", DownWhen.class, DownWhen.UNHEALTHY),
                checks);
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

    /** An empty list would select every target, which is not what an empty list suggests. */
    private static List<Node> nonEmptyItems(Node list) {
        List<Node> items = list.items();
        if (list.present() && (items.isEmpty() || items.size() > MOST)) {
            list.problem("must have 1 to " + MOST + " entries, or be left out");
        }
        return items;
    }

    private static Quorum minimumUp(Node node) {
        return quorum(node, COUNT, "1", new Quorum.All());
    }

    private static Quorum floor(Node node) {
        return quorum(node, COUNT_OR_NONE, "0", BurnPolicy.STANDARD.floor());
    }

    private static Quorum quorum(Node node, Pattern count, String least, Quorum standard) {
        String text = node.text();
        if (text == null) {
            return standard;
        }
        if (PERCENT.matcher(text).matches()) {
            return new Quorum.Percent(Integer.parseInt(text.replaceAll("[ %]", "")));
        }
        if (count.matcher(text).matches()) {
            return new Quorum.Count(Integer.parseInt(text));
        }
        node.problem("must be a count from " + least + ", or a percentage from 1% to 100%, not " + node.shown(text));
        return standard;
    }
}
