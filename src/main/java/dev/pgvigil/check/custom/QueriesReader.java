package dev.pgvigil.check.custom;

import dev.pgvigil.check.custom.CustomQuery.Column;
import dev.pgvigil.check.custom.CustomQuery.Limit;
import dev.pgvigil.check.custom.CustomQuery.Usage;
import dev.pgvigil.config.Node;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads queries in the format of postgres_exporter's {@code queries.yaml}, with keys of our own beside those: {@code interval},
 * {@code timeout}, {@code role}, {@code extension}, {@code databases} and {@code thresholds}. Unknown keys are
 * ignored in files, as postgres_exporter does, and mistakes in the configuration itself.
 */
final class QueriesReader {

    /** The most queries of one target. */
    static final int MOST = 200;

    private static final int MOST_COLUMNS = 200;
    private static final int LONGEST_SQL = 64 * 1024;
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
    private static final Duration MAX_INTERVAL = Duration.ofDays(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(10);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,99}");

    private QueriesReader() {}

    /** The queries of files; problems name the file, the line and the key. */
    static List<CustomQuery> files(Node node) {
        List<CustomQuery> queries = new ArrayList<>();
        for (Node item : node.items()) {
            String name = item.text();
            if (name != null) {
                item.document(name, root -> queries.addAll(read(root)));
            }
        }
        return queries;
    }

    /** The valid queries below a node; problems are recorded at the nodes. */
    static List<CustomQuery> read(Node node) {
        List<CustomQuery> queries = new ArrayList<>();
        node.children().forEach((name, query) -> query(name, query).ifPresent(queries::add));
        if (queries.size() > MOST) {
            node.problem("holds " + queries.size() + " queries; at most " + MOST + " are possible");
            return List.of();
        }
        return queries;
    }

    private static Optional<CustomQuery> query(String name, Node node) {
        if (!NAME.matcher(name).matches()) {
            node.problem("the name of a query begins the names of its metrics: letters, digits and '_'");
        }
        String sql = node.doc("SELECT statement whose rows become metrics")
                .required("query", "select 1 as answer")
                .text();
        if (sql != null && sql.length() > LONGEST_SQL) {
            node.child("query")
                    .problem("has " + sql.length() + " characters; at most " + LONGEST_SQL + " are possible");
        }
        Map<String, Column> columns =
                columns(node.doc("Columns of the result, and what they mean").child("metrics"));
        Duration interval =
                node.doc("Interval of the query").duration("interval", cached(node), MIN_INTERVAL, MAX_INTERVAL);
        Duration timeout = node.doc("Timeout of the statement").duration("timeout", TIMEOUT, MIN_TIMEOUT, MAX_TIMEOUT);
        boolean master = flag(node.doc("Runs on a primary alone").child("master"));
        ExpectedRole role = node.doc("Role of the servers on which the query runs")
                .choice("role", ExpectedRole.class, master ? ExpectedRole.PRIMARY : ExpectedRole.ANY);
        String extension = node.doc("Extension that must be installed").string("extension");
        String databases =
                node.doc("Databases in which the query runs, with * and ?").string("databases", "*");
        VersionRange versions =
                versions(node.doc("Versions of PostgreSQL, such as >=14 <17").child("runonserver"));
        List<Limit> limits = limits(node.doc("Thresholds that make findings").child("thresholds"), columns);
        return sql == null || node.mistaken()
                ? Optional.empty()
                : Optional.of(new CustomQuery(
                        name, sql, interval, timeout, versions, role, extension, new Glob(databases), columns, limits));
    }

    /** {@code cache_seconds}: how long postgres_exporter serves a result. */
    private static Duration cached(Node node) {
        int seconds = node.doc("Interval in seconds, if interval is absent").integer("cache_seconds", 0, 0, 86_400);
        return seconds == 0 ? INTERVAL : Duration.ofSeconds(seconds);
    }

    /** YAML 1.1 knows more words for it than we do. */
    private static boolean flag(Node node) {
        String text = node.text();
        return switch (text == null ? "false" : text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> {
                node.problem("must be true or false, not " + node.shown(String.valueOf(text)));
                yield false;
            }
        };
    }

    private static VersionRange versions(Node node) {
        String text = node.text();
        if (text == null) {
            return VersionRange.ALL;
        }
        return VersionRange.of(text).orElseGet(() -> {
            node.problem("must be a range of versions such as \">=14 <17\", not " + node.shown(text));
            return VersionRange.ALL;
        });
    }

    /** A list of maps of one column each. */
    private static Map<String, Column> columns(Node metrics) {
        Map<String, Column> columns = new LinkedHashMap<>();
        for (Node item : metrics.items()) {
            item.children().forEach((name, node) -> columns.put(name, column(name, node)));
        }
        if (columns.size() > MOST_COLUMNS) {
            metrics.problem("holds " + columns.size() + " columns; at most " + MOST_COLUMNS + " are possible");
        }
        return columns;
    }

    private static Column column(String name, Node node) {
        Node place = node.doc("Meaning of the column").required("usage", "GAUGE");
        Usage usage = usage(place);
        if (usage != Usage.DISCARD && !NAME.matcher(name).matches()) {
            node.problem("the name of a column ends the name of a metric: letters, digits and '_'");
        }
        String description = node.doc("Help text of the metric").string("description", "");
        Map<String, Double> mapping = new LinkedHashMap<>();
        node.doc("Values of the texts of a MAPPEDMETRIC")
                .child("metric_mapping")
                .children()
                .forEach((text, value) -> {
                    Double number = number(value);
                    if (number != null) {
                        mapping.put(text, number);
                    }
                });
        return new Column(name, usage, description, mapping, false);
    }

    private static Usage usage(Node node) {
        String text = node.text();
        for (Usage usage : Usage.values()) {
            if (usage.name().equalsIgnoreCase(text)) {
                return usage;
            }
        }
        if (text != null) {
            node.problem("must be one of DISCARD, LABEL, COUNTER, GAUGE, MAPPEDMETRIC, DURATION or HISTOGRAM, not "
                    + node.shown(text));
        }
        return Usage.DISCARD;
    }

    private static List<Limit> limits(Node node, Map<String, Column> columns) {
        List<Limit> limits = new ArrayList<>();
        for (Node item : node.items()) {
            Node place = item.doc("Column that is compared").required("metric", "bookings");
            String column = place.text();
            Column known = columns.get(String.valueOf(column));
            if (column != null && (known == null || !known.isMetric())) {
                place.problem("must be a metric of the query, not " + place.shown(column));
            }
            String action = item.doc("What to do, as the finding states it").string("action");
            Node above = item.doc("Values from which the target has the status").child("above");
            Node below =
                    item.doc("Values down to which the target has the status").child("below");
            if (above.present() == below.present()) {
                item.problem("needs either above or below");
            }
            Node side = above.present() ? above : below;
            Double degraded = number(side.doc("Degraded from this value on").child("degraded"));
            Double unhealthy = number(side.doc("Unhealthy from this value on").child("unhealthy"));
            if (side.present() && degraded == null && unhealthy == null) {
                side.problem("needs degraded, unhealthy, or both");
            }
            if (column != null) {
                limits.add(new Limit(column, above.present(), degraded, unhealthy, action));
            }
        }
        return limits;
    }

    private static @Nullable Double number(Node node) {
        String text = node.text();
        if (text == null) {
            return null;
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same problem.
        }
        node.problem("must be a number, not " + node.shown(text));
        return null;
    }
}
