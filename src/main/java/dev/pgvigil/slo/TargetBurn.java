package dev.pgvigil.slo;

/**
 * How urgently the budgets of one target burn, over all of its objectives; for probes.
 *
 * @param objective name of an objective that burns at that level
 * @param since second from which it is at this level
 * @param seen last second at which it was measured at this level
 */
public record TargetBurn(Level level, String objective, long since, long seen) {

    /** A target stays at its level for so long after it was last measured there. */
    static final int HOLD_SECONDS = 300;

    /** From good to bad. */
    public enum Level {
        /** No rule fires, and some budget is left. */
        OK,
        /** A budget burns faster than it lasts, or is exhausted. */
        WARNING,
        /** A budget burns at page rate. */
        PAGE;

        static Level of(ObjectiveStatus status) {
            return status.pages()
                    ? PAGE
                    : status.state().exhausted() || status.state().firing() != 0 ? WARNING : OK;
        }
    }

    /** The worst of a target's objectives at one second. */
    static TargetBurn of(ObjectiveStatus status, long second) {
        return new TargetBurn(Level.of(status), status.slo().name(), second, second);
    }

    TargetBurn worse(TargetBurn other) {
        return other.level.compareTo(level) > 0 ? other : this;
    }

    /** What follows this when the target is measured so: worse at once, better only after a while. */
    TargetBurn then(TargetBurn measured) {
        int step = measured.level.compareTo(level);
        if (step == 0) {
            return new TargetBurn(level, measured.objective, since, measured.seen);
        }
        return step < 0 && measured.seen - seen < HOLD_SECONDS && measured.seen >= seen ? this : measured;
    }
}
