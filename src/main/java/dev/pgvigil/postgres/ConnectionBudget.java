package dev.pgvigil.postgres;

import org.jspecify.annotations.Nullable;

/**
 * How many connections pgvigil may have to one server: a few in ordinary work, and some more that only an incident may
 * take. Used from one event loop.
 */
final class ConnectionBudget {

    static final int ORDINARY = 5;
    static final int EMERGENCY = 3;

    private int ordinary;
    private int emergency;

    /** Takes one, or gives null when all are taken. */
    @Nullable
    Permit take(boolean incident) {
        if (incident ? emergency == EMERGENCY : ordinary == ORDINARY) {
            return null;
        }
        count(incident, 1);
        return new Permit(incident);
    }

    int open() {
        return ordinary + emergency;
    }

    int emergency() {
        return emergency;
    }

    private void count(boolean incident, int change) {
        if (incident) {
            emergency += change;
        } else {
            ordinary += change;
        }
    }

    /** One connection's place; giving it back twice counts once. */
    final class Permit {
        private final boolean incident;
        private boolean held = true;

        private Permit(boolean incident) {
            this.incident = incident;
        }

        void release() {
            if (held) {
                held = false;
                count(incident, -1);
            }
        }
    }
}
