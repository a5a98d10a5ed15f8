package dev.pgvigil.health;

import com.fasterxml.jackson.annotation.JsonValue;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The two states of a probe, in capitals as in MicroProfile Health. */
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
