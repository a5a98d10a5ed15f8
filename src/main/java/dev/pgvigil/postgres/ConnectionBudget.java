package dev.pgvigil.postgres;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many connections pgvigil may have to one server: a few in ordinary work, and some more that only an incident may
 * take. A connection that pgvigil gives up counts until the server is known to have given it up too. Used from one event loop.
 */
final class ConnectionBudget {

    static final int ORDINARY = 5;
    static final int EMERGENCY = 3;

    private int ordinary;
    private int emergency;
    private int lingering;

    /** Takes one, or gives null when all are taken. */
    @Nullable
    Permit take(boolean incident) {
        if (incident ? emergency == EMERGENCY : ordinary == ORDINARY) {
            return null;
        }
        count(incident, 1);
        return new Permit(incident);
    }

    /** Connections that ordinary work may still take. */
    int ordinaryLeft() {
        return ORDINARY - ordinary;
    }

    int open() {
        return ordinary + emergency;
    }

    int emergency() {
        return emergency;
    }

    /** Those that pgvigil has given up and the server may hold still. */
    int lingering() {
        return lingering;
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
        private boolean lingers;

        private Permit(boolean incident) {
            this.incident = incident;
        }

        /** Another place of the same kind, or null when all are taken. */
        @Nullable
        Permit another() {
            return take(incident);
        }

        /** Gives it back: the server has no such connection. */
        void release() {
            if (held) {
                held = false;
                count(incident, -1);
            }
        }

        /**
         * The connection is given up without an answer, and the server may hold it: the place is taken until {@link #gone}, at
         * the latest for this time.
         */
        void abandon(EventLoop loop, Duration longest) {
            if (held) {
                held = false;
                lingers = true;
                lingering++;
                loop.after(longest.toMillis(), this::gone);
            }
        }

        /** What was abandoned is known to be gone. */
        void gone() {
            if (lingers) {
                lingers = false;
                lingering--;
                count(incident, -1);
            }
        }
    }
}
