package dev.pgvigil.postgres;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits pgvigil's connections to one server: a few for normal operation, and some more for incidents only. An abandoned
 * connection counts until the server is known to have closed it. Used from one event loop.
 */
final class ConnectionBudget {

    static final int ORDINARY = 5;
    static final int EMERGENCY = 3;

    private int ordinary;
    private int emergency;
    private int lingering;

    /** Takes a permit; null if all are taken. */
    @Nullable
    Permit take(boolean incident) {
        if (incident ? emergency == EMERGENCY : ordinary == ORDINARY) {
            return null;
        }
        count(incident, 1);
        return new Permit(incident);
    }

    /** Ordinary connections that may still be opened. */
    int ordinaryLeft() {
        return ORDINARY - ordinary;
    }

    /** Emergency connections that may still be opened. */
    int emergencyLeft() {
        return EMERGENCY - emergency;
    }

    int open() {
        return ordinary + emergency;
    }

    int emergency() {
        return emergency;
    }

    /** Abandoned connections that the server may still hold. */
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

    /** The permit for one connection; releasing it twice counts once. */
    final class Permit {
        private final boolean incident;
        private boolean held = true;
        private boolean lingers;

        private Permit(boolean incident) {
            this.incident = incident;
        }

        /** Another permit of the same kind, or null if all are taken. */
        @Nullable
        Permit another() {
            return take(incident);
        }

        /** Releases the permit: the server no longer has the connection. */
        void release() {
            if (held) {
                held = false;
                count(incident, -1);
            }
        }

        /**
         * Abandons the connection, which the server may still hold: the permit stays taken until {@link #gone}, at most for
         * this time.
         */
        void abandon(EventLoop loop, Duration longest) {
            if (held) {
                held = false;
                lingers = true;
                lingering++;
                loop.after(longest.toMillis(), this::gone);
            }
        }

        /** Reports that the server has closed the abandoned connection. */
        void gone() {
            if (lingers) {
                lingers = false;
                lingering--;
                count(incident, -1);
            }
        }
    }
}
