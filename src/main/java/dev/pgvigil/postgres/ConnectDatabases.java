package dev.pgvigil.postgres;

import java.util.List;
import java.util.Set;

/**
 * The databases to which the shared session may connect. Any of them will do: if one is dropped or refuses the connection, the
 * next is tried. Only monitored databases are used.
 */
final class ConnectDatabases {

    /** How many are tried without a pause. */
    static final int MOST_IN_A_ROUND = 5;

    /** Error classes that concern the whole server: connection, feature, resources, operator intervention, system, internal. */
    private static final Set<String> SERVER_CLASSES = Set.of("08", "0A", "53", "57", "58", "XX");

    private List<String> names = List.of("postgres");
    private int current;
    private int tried;

    /** An empty list changes nothing: the last target was removed, and others may be added. */
    void update(List<String> databases) {
        if (databases.isEmpty()) {
            return;
        }
        String previous = current();
        names = List.copyOf(databases);
        current = Math.max(0, names.indexOf(previous));
        tried = 0;
    }

    String current() {
        return names.get(current);
    }

    boolean include(String database) {
        return names.contains(database);
    }

    void succeeded() {
        tried = 0;
    }

    /** Moves to the next database if that may help; returns whether to try it now, without a pause. */
    boolean failed(Failure failure) {
        if (!anotherMayHelp(failure)) {
            return false;
        }
        current = (current + 1) % names.size();
        tried = (tried + 1) % Math.min(names.size(), MOST_IN_A_ROUND);
        return tried != 0;
    }

    /**
     * An error may concern one database: it does not exist, CONNECT is not granted, it allows no connections or has reached its
     * limit, pg_hba.conf rejects it, its login trigger fails. A wrong password concerns the server, as does a server that
     * starts, stops or lacks resources.
     */
    private static boolean anotherMayHelp(Failure failure) {
        String state = failure.sqlState();
        return state != null
                && switch (state) {
                    case "53300" -> true;
                    case "28P01" -> false;
                    case String other -> SERVER_CLASSES.stream().noneMatch(other::startsWith);
                };
    }
}
