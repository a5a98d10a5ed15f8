package dev.pgvigil.slo;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.config.Settings;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code pgvigil.slos}: objectives, maintenance that does not count, and where counts are kept over a restart. */
@Singleton
final class SlosSection implements Section<Slos> {

    private static final int MOST = 50;
    private static final int MOST_WINDOWS = 500;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    /** A path of the API. */
    private static final String RULES = "rules";

    private final Catalogue catalogue;

    SlosSection(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    public String key() {
        return "slos";
    }

    @Override
    public Slos read(Node node) {
        List<Slo> slos = new ArrayList<>();
        Node objectives = node.doc("Objectives by name; each selected target has a budget of its own")
                .child("objectives");
        objectives.children().forEach((name, child) -> {
            if (!NAME.matcher(name).matches() || name.equals(RULES)) {
                child.problem("a name has 1 to 63 lower-case letters, digits, '_' and '-', and is not " + RULES);
            }
            slos.add(slo(name, child));
        });
        if (slos.size() > MOST) {
            objectives.problem("must be " + MOST + " objectives at most, not " + slos.size());
        }
        return new Slos(
                slos,
                maintenance(node),
                node.doc("File that keeps the counts over a restart; without it a restart begins anew")
                        .string("state-file"));
    }

    private static Slo slo(String name, Node node) {
        Indicator indicator = node.doc("What is measured").choice("type", Indicator.class, Indicator.AVAILABILITY);
        return new Slo(
                name,
                indicator,
                threshold(node, indicator),
                node.doc("Share of the time that must be good").ratio("objective", 0.999, 0.5, 0.99999),
                window(node),
                node.doc("Targets by name, with * and ?; all by default").child("targets").items().stream()
                        .map(Node::text)
                        .filter(Objects::nonNull)
                        .map(Glob::new)
                        .toList(),
                tags(node.doc("Targets by tag: all of these").child("tags")));
    }

    private static @Nullable Duration threshold(Node node, Indicator indicator) {
        Duration configured = node.doc(
                        "Slowest good heartbeat (latency, 200ms by default), or oldest good data (replication-freshness, 30s)")
                .duration("threshold", Duration.ofMillis(1), Duration.ofDays(1));
        if (configured != null && !indicator.hasThreshold()) {
            node.child("threshold").problem("is for the types latency and replication-freshness");
        }
        return configured == null ? indicator.standard() : configured;
    }

    private static BudgetWindow window(Node node) {
        Duration duration = node.doc("Time over which the budget is counted: 7d, 28d or 30d")
                .duration("window", Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(30));
        BudgetWindow window = BudgetWindow.of(duration);
        if (window == null) {
            node.child("window").problem("must be 7d, 28d or 30d");
        }
        return window == null ? BudgetWindow.D30 : window;
    }

    private static Map<String, String> tags(Node node) {
        Map<String, String> tags = new HashMap<>();
        node.children().forEach((tag, child) -> {
            String value = child.text();
            if (value != null) {
                tags.put(tag, value);
            }
        });
        return tags;
    }

    private static List<Maintenance> maintenance(Node node) {
        Node list = node.doc("Times that do not count for the budgets").child("maintenance");
        List<Node> items = list.items();
        if (items.size() > MOST_WINDOWS) {
            list.problem("must be " + MOST_WINDOWS + " entries at most, not " + items.size());
        }
        List<Maintenance> all = new ArrayList<>();
        for (Node item : items) {
            Instant from = instant(item.doc("Begin, such as 2027-03-31T22:00:00Z"), "from");
            Instant until = instant(item.doc("End, such as 2027-04-01T02:00:00Z"), "until");
            String reason = item.doc("Reason, shown with the budget").string("reason");
            String targets =
                    item.doc("Targets by name, with * and ?; all by default").string("targets", "*");
            if (!item.mistaken() && (from == null || until == null || reason == null || !from.isBefore(until))) {
                item.problem("needs from, a later until, and a reason");
            } else if (from != null && until != null && reason != null) {
                all.add(new Maintenance(from, until, new Glob(targets), reason));
            }
        }
        return all;
    }

    private static @Nullable Instant instant(Node item, String key) {
        String text = item.string(key);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            item.child(key).problem("must be a time such as 2027-03-31T22:00:00Z, not " + item.shown(text));
            return null;
        }
    }

    /** Refuses objectives that cannot be measured with the intervals of their targets, or whose page can never fire. */
    @Override
    public void compare(Settings all, Node node) {
        List<Target> targets = all.get(TargetsSection.class).entries();
        for (Slo slo : all.get(SlosSection.class).all()) {
            Node place = node.child("objectives").child(slo.name());
            if (place.mistaken()) {
                continue;
            }
            Optional<String> problem = Feasibility.page(slo)
                    .or(() -> targets.stream()
                            .filter(slo::selects)
                            .flatMap(target -> slo.indicator().interval(target, catalogue).stream()
                                    .flatMap(interval -> Feasibility.measure(slo, target.name(), interval).stream()))
                            .findFirst());
            problem.ifPresent(place::problem);
        }
    }
}
