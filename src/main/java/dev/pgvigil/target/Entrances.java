package dev.pgvigil.target;

import java.util.List;

/**
 * The databases through which a server may be entered. A session needs one of them, and any will do: when one is gone or
 * closed to us, the next is tried.
 */
final class Entrances {

    private List<String> names = List.of("postgres");
    private int current;
    private int tried;

    void are(List<String> databases) {
        String kept = current();
        names = List.copyOf(databases);
        current = Math.max(0, names.indexOf(kept));
        tried = 0;
    }

    String current() {
        return names.get(current);
    }

    void succeeded() {
        tried = 0;
    }

    /** Moves on if the failure is about the database alone; tells whether there is one not yet tried in this round. */
    boolean failed(Failure failure) {
        if (!aboutDatabase(failure)) {
            return false;
        }
        current = (current + 1) % names.size();
        tried = (tried + 1) % names.size();
        return tried != 0;
    }

    private static boolean aboutDatabase(Failure failure) {
        return switch (failure.sqlState() == null ? "" : failure.sqlState()) {
            case "3D000", "42501", "55000" -> true;
            case "53300" -> failure.message().contains("for database");
            case String other -> false;
        };
    }
}
