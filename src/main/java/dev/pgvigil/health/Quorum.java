package dev.pgvigil.health;

/** How many of a group's targets must be up. */
sealed interface Quorum {

    /** The count that is enough of so many; at least one. */
    int of(int targets);

    /** Every one. */
    record All() implements Quorum {
        @Override
        public int of(int targets) {
            return Math.max(1, targets);
        }
    }

    /** A count, which a smaller group cannot reach. */
    record Count(int count) implements Quorum {
        @Override
        public int of(int targets) {
            return count;
        }
    }

    /** A share, rounded up: 50 % of three are two. */
    record Percent(int percent) implements Quorum {
        @Override
        public int of(int targets) {
            return Math.max(1, Math.ceilDiv(targets * percent, 100));
        }
    }
}
