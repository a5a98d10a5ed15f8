package dev.pgvigil.health;

/** The number of a group's targets that must be up. */
sealed interface Quorum {

    /** The required number for a group of that size; at least one. */
    int of(int targets);

    /** All targets. */
    record All() implements Quorum {
        @Override
        public int of(int targets) {
            return Math.max(1, targets);
        }
    }

    /** A fixed number. A smaller group cannot reach it. */
    record Count(int count) implements Quorum {
        @Override
        public int of(int targets) {
            return count;
        }
    }

    /** A percentage, rounded up: 50 % of three is two. */
    record Percent(int percent) implements Quorum {
        @Override
        public int of(int targets) {
            return Math.max(1, Math.ceilDiv(targets * percent, 100));
        }
    }
}
