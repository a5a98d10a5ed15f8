package dev.pgvigil.probe;

/** The two answers of a probe. */
enum State {
    UP,
    DOWN;

    static State of(boolean up) {
        return up ? UP : DOWN;
    }
}
