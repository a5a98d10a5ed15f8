package dev.pgvigil.probe;

import com.fasterxml.jackson.annotation.JsonValue;

/** The two answers of a probe, in capitals as MicroProfile Health has them. */
enum State {
    UP,
    DOWN;

    @JsonValue
    String text() {
        return name();
    }

    static State of(boolean up) {
        return up ? UP : DOWN;
    }
}
