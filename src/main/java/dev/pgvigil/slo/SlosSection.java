package dev.pgvigil.slo;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.MetricSource;
import dev.pgvigil.config.Node;
import dev.pgvigil.config.Section;
import dev.pgvigil.config.Settings;
import dev.pgvigil.target.Glob;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.TargetsSection;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code pgvigil.slos}: objectives, maintenance that does not count, and where counts are kept over a restart. */
@Singleton
final class SlosSection implements Section<Slos> {

    private static final int MOST = 50;
    private static final int MOST_WINDOWS = 500;
    private static final int NAMED = 20;

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
        objectives.children().forEach((name, child) -> slos.add(SloReader.configured(name, child)));
        Node documents = node.doc("Files with documents of OpenSLO v1 or of Sloth, whose objectives are added")
                .child("documents");
        slos.addAll(SloDocuments.read(documents));
        if (slos.size() > MOST) {
            (objectives.present() ? objectives : documents)
                    .problem("must be " + MOST + " objectives at most, not " + slos.size());
        }
        unique(slos, documents);
        return new Slos(
                slos,
                maintenance(node),
                node.doc("File that keeps the counts over a restart; without it a restart begins anew")
                        .string("state-file"));
    }

    private static void unique(List<Slo> slos, Node documents) {
        Set<String> names = new HashSet<>();
        slos.stream()
                .filter(slo -> !names.add(slo.name()))
                .forEach(slo -> documents.problem(slo.origin() + ": the name " + slo.name() + " is taken"));
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
            Node place = slo.origin() == null ? node.child("objectives").child(slo.name()) : node.child("documents");
            if (slo.origin() != null || !place.mistaken()) {
                String origin = slo.origin() == null ? "" : slo.origin() + ": ";
                problem(slo, targets).ifPresent(problem -> place.problem(origin + problem));
            }
        }
    }

    private Optional<String> problem(Slo slo, List<Target> targets) {
        return Feasibility.page(slo)
                .or(() -> unmeasured(slo, targets))
                .or(() -> targets.stream()
                        .filter(slo::selects)
                        .flatMap(target -> slo.interval(target, catalogue).stream()
                                .flatMap(interval -> Feasibility.measure(slo, target.name(), interval).stream()))
                        .findFirst());
    }

    /** A metric that no target measures would never count; targets that are discovered have the queries of their entry. */
    private Optional<String> unmeasured(Slo slo, List<Target> targets) {
        MetricGoal goal = slo.goal();
        if (goal == null
                || !catalogue.names().contains(MetricSource.CHECK)
                || !(catalogue.check(MetricSource.CHECK) instanceof MetricSource source)) {
            return Optional.empty();
        }
        Set<String> metrics = targets.stream()
                .flatMap(target -> source.metrics(target).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        return metrics.contains(goal.metric())
                ? Optional.empty()
                : Optional.of("no query of checks.custom-sql has the metric " + goal.metric() + "; there are "
                        + (metrics.isEmpty()
                                ? "none"
                                : metrics.stream().limit(NAMED).collect(Collectors.joining(", "))));
    }
}
