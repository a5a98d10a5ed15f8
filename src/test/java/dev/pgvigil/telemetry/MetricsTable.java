package dev.pgvigil.telemetry;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of pgvigil's own metrics, as an exposition has them. */
final class MetricsTable {

    private static final Pattern LABEL = Pattern.compile("[{,]([a-z_]+)=\"");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(pgvigil_[a-z_]+)` \\|");
    // what a user's tags, or an odd name, would put there
    private static final Set<String> WHOSE = Set.of("server", "target", "datname");

    private MetricsTable() {}

    /** The page of the reference. */
    static String page(Exposition exposition) {
        return """
                <!-- Made from a scrape by make docs. -->
                # Metrics of pgvigil

                [Metrics](../metrics.md) describes labels and limits.

                | Metric | Type | Unit | Labels | Meaning |
                |---|---|---|---|---|
                """ + of(exposition) + """


                Units: s are seconds, B bytes, 1 is a ratio; none is a count, a flag (0 or 1) or a constant.
                """;
    }

    private static String of(Exposition exposition) {
        Map<String, Set<String>> labels = new TreeMap<>();
        exposition.types().keySet().stream()
                .filter(name -> name.startsWith("pgvigil_"))
                .forEach(name -> labels.put(name, new TreeSet<>()));
        exposition.series().keySet().stream()
                .filter(series -> !series.contains(Exporting.HOSTILE))
                .forEach(series -> {
                    Set<String> known = labels.get(series.replaceFirst("\\{(?s:.*)", ""));
                    Matcher label = LABEL.matcher(series);
                    while (known != null && label.find()) {
                        known.add(label.group(1).startsWith("tag_") ? "tag_…" : label.group(1));
                    }
                });
        return labels.keySet().stream()
                .map(name -> "| `%s` | %s | %s | %s | %s |"
                        .formatted(
                                name,
                                exposition.types().get(name),
                                unit(name),
                                labels(labels.getOrDefault(name, Set.of())),
                                exposition.helps().get(name)))
                .collect(joining("\n"));
    }

    /** The names in the first column of a page's table. */
    static Set<String> names(String page) {
        return ROW.matcher(page).results().map(row -> row.group(1)).collect(toCollection(TreeSet::new));
    }

    private static String labels(Set<String> names) {
        return List.copyOf(names).stream()
                .sorted((one, other) -> Boolean.compare(WHOSE.contains(other), WHOSE.contains(one)))
                .map(name -> "`" + name + "`")
                .collect(joining(" "));
    }

    private static String unit(String name) {
        String base = Kind.base(name);
        return base.endsWith("_seconds") ? "s" : base.endsWith("_bytes") ? "B" : base.endsWith("_ratio") ? "1" : "";
    }
}
