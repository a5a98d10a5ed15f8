package dev.pgvigil.postgres;

import java.util.List;
import java.util.Set;

/**
 * The databases through which a server may be entered. A session needs one of them, and any will do: when one is gone or
 * closed to us, the next is tried. No other is ever entered than those that are watched.
 */
final class ConnectDatabases {

    /** So many are tried at once, before a pause. */
    static final int MOST_IN_A_ROUND = 5;

    /** Classes of errors that are about the server: connections, features, resources, operators, the system, defects. */
    private static final Set<String> SERVERS_OWN = Set.of("08", "0A", "53", "57", "58", "XX");

    private List<String> names = List.of("postgres");
    private int current;
    private int tried;

    /** None is no change: the last target has been left, and others may come. */
    void are(List<String> databases) {
        if (databases.isEmpty()) {
            return;
        }
        String kept = current();
        names = List.copyOf(databases);
        current = Math.max(0, names.indexOf(kept));
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

    /** Moves on if another database may let us in; tells whether there is one to be tried now, in this round. */
    boolean failed(Failure failure) {
        if (!anotherMayHelp(failure)) {
            return false;
        }
        current = (current + 1) % names.size();
        tried = (tried + 1) % Math.min(names.size(), MOST_IN_A_ROUND);
        return tried != 0;
    }

    /**
     * Whatever the server answers may be said of the one database: it does not exist, CONNECT is not granted, it takes no
     * connections or has none left, pg_hba.conf does not let us into it, its login trigger fails. Not so a wrong password,
     * and a server that starts, stops or lacks resources.
     */
    private static boolean anotherMayHelp(Failure failure) {
        String state = failure.sqlState();
        return state != null
                && switch (state) {
                    case "53300" -> true;
                    case "28P01" -> false;
                    case String other -> SERVERS_OWN.stream().noneMatch(other::startsWith);
                };
    }
}
