package dev.pgvigil.alert;

import dev.pgvigil.config.Node;
import dev.pgvigil.target.Glob;
import java.util.ArrayList;
import java.util.List;

/**
 * A question about whom an incident touches, such as vendors with bookings today.
 *
 * @param database target on which it is asked
 * @param sql one SELECT
 * @param targets incidents of which it is asked: those with an alert of one of these
 */
record Impact(String name, String database, String sql, List<Glob> targets) {

    private static final int LONGEST = 4_000;

    static Impact read(Node node, String name) {
        String database = node.doc("Target on which it is asked").string("database", "");
        String sql = node.doc("One SELECT; its rows are shown, and never kept").string("sql", "");
        if (database.isEmpty() || sql.isBlank() || sql.length() > LONGEST) {
            node.problem("needs a database and sql, of " + LONGEST + " characters at most");
        }
        List<Glob> targets = new ArrayList<>();
        node.doc("Asked if an incident has alerts of these targets, with * and ?; all by default")
                .strings("targets")
                .forEach(text -> targets.add(new Glob(text)));
        return new Impact(name, database, sql, List.copyOf(targets));
    }

    boolean concerns(Incident incident) {
        return targets.isEmpty()
                || incident.alerts().values().stream()
                        .anyMatch(alert -> targets.stream().anyMatch(glob -> glob.matches(alert.target())));
    }
}
