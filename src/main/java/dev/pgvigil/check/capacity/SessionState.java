package dev.pgvigil.check.capacity;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a client's session, as in {@code pg_stat_activity}. */
public enum SessionState {
    ACTIVE("active"),
    IDLE("idle"),
    IDLE_IN_TRANSACTION("idle in transaction"),
    IDLE_IN_TRANSACTION_ABORTED("idle in transaction (aborted)"),
    FASTPATH_FUNCTION_CALL("fastpath function call"),
    /** Not recorded: {@code track_activities} is off for it. */
    DISABLED("disabled"),
    /** Its client has not finished logging in. */
    STARTING("starting"),
    /** Hidden because {@code pg_monitor} is not granted, or not read. */
    UNKNOWN("unknown");

    private final String label;

    SessionState(String label) {
        this.label = label;
    }

    /** PostgreSQL's name. */
    public String label() {
        return label;
    }

    @JsonValue
    String json() {
        return name().toLowerCase(Locale.ROOT);
    }

    static SessionState of(String label) {
        for (SessionState state : values()) {
            if (state.label.equals(label)) {
                return state;
            }
        }
        return UNKNOWN;
    }
}
