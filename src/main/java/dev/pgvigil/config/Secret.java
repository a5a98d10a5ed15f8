package dev.pgvigil.config;

import com.fasterxml.jackson.annotation.JsonValue;

/** A value that is never shown: it prints and serialises as {@code ***}. Equal to a secret of the same value. */
public record Secret(String value) {

    private static final String MASK = "***";

    @JsonValue
    String masked() {
        return MASK;
    }

    @Override
    public String toString() {
        return MASK;
    }
}
