package dev.pgvigil.probe;

import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** One check of an answer, in MicroProfile Health's form. */
@Schema(name = "HealthCheck")
record Part(
        String name,
        State status,
        @Schema(implementation = Map.class) Data data) {

    static Part of(String name, boolean up, Data data) {
        return new Part(name, State.of(up), data);
    }

    boolean up() {
        return status == State.UP;
    }
}
