package dev.pgvigil.check.canary;

import dev.pgvigil.config.Node;
import dev.pgvigil.target.CheckOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The canaries of a target: a table to write to, and queries with an objective. Without them there are none. */
final class CanaryOptions {

    /** The table that the user has created for it, as {@code schema.table}; empty: none. */
    static final CheckOption<String> TABLE = new CheckOption<>(
            Canary.NAME,
            "table",
            "Table made for the canary, which writes one row to it: ops.canary",
            "",
            CanaryOptions::table);

    static final CheckOption<List<CanaryQuery>> QUERIES = new CheckOption<>(
            Canary.NAME, "queries", "Read-only queries by name, with an objective", List.of(), CanaryOptions::queries);

    /** The most queries of one target. */
    static final int MOST = 20;

    private static final Pattern TABLE_NAME =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_$]{0,62}\\.[A-Za-z_][A-Za-z0-9_$]{0,62}");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,62}");
    private static final int LONGEST_SQL = 64 * 1024;
    private static final Duration OBJECTIVE = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration MIN = Duration.ofMillis(1);
    private static final Duration MAX = Duration.ofSeconds(5);

    private CanaryOptions() {}

    /**
     * A query that is run as an application would.
     *
     * @param objective the time within which it should end
     * @param timeout after which the server ends it
     */
    record CanaryQuery(String name, String sql, Duration objective, Duration timeout) {}

    private static String table(Node node) {
        String name = node.text();
        if (name == null) {
            return "";
        }
        if (!TABLE_NAME.matcher(name).matches()) {
            node.problem("must be a schema and a table, such as ops.canary, not " + node.shown(name));
            return "";
        }
        return name;
    }

    private static List<CanaryQuery> queries(Node node) {
        List<CanaryQuery> queries = new ArrayList<>();
        node.children().forEach((name, query) -> {
            CanaryQuery read = query(name, query);
            if (!query.mistaken()) {
                queries.add(read);
            }
        });
        if (queries.size() > MOST) {
            node.problem("holds " + queries.size() + " queries; at most " + MOST + " are possible");
            return List.of();
        }
        return queries;
    }

    private static CanaryQuery query(String name, Node node) {
        if (!NAME.matcher(name).matches()) {
            node.problem("the name of a query has letters, digits and '_'");
        }
        String sql = node.doc("Statement that reads; it runs in a read-only transaction")
                .required("query", "select 1")
                .text();
        if (sql != null && sql.length() > LONGEST_SQL) {
            node.child("query")
                    .problem("has " + sql.length() + " characters; at most " + LONGEST_SQL + " are possible");
        }
        Duration objective =
                node.doc("Time within which the query should end").duration("objective", OBJECTIVE, MIN, MAX);
        Duration timeout = node.doc("Timeout of the statement").duration("timeout", TIMEOUT, MIN, MAX);
        if (objective.compareTo(timeout) > 0) {
            node.problem("the objective must not be longer than the timeout");
        }
        return new CanaryQuery(name, String.valueOf(sql), objective, timeout);
    }
}
