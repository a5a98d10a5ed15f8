package dev.pgvigil.health;

import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The two answers of a probe, in capitals as MicroProfile Health has them. */
@Schema(
        name = "HealthState",
        enumeration = {"UP", "DOWN"})
public enum State {
    UP,
    DOWN;

    @JsonValue
    public String text() {
        return name();
    }

    static State of(boolean up) {
        return up ? UP : DOWN;
    }
}
