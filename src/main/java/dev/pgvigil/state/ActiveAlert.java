package dev.pgvigil.state;

import dev.pgvigil.check.Severity;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An alert in short, as events and summaries show it. */
@Schema(name = "ActiveAlert")
public record ActiveAlert(
        @Schema(description = "path of the alert: /api/v1/alerts/{id}")
        String id,

        String target,

        @Schema(description = "name of the check") String type,

        Severity severity,

        @Schema(description = "what was observed") String message,

        @Schema(description = "when it began") Instant timestamp,

        State state) {

    /** What is the matter with an alert, for people. */
    @Schema(name = "AlertState")
    public enum State {
        /** Its finding is not open for long enough. */
        PENDING,
        FIRING,
        ACKNOWLEDGED,
        /** It fires, and a silence or a maintenance keeps it from being sent. */
        SILENCED,
        /** It fires, and is a symptom of another alert, which is sent in its place. */
        INHIBITED,
        RESOLVED;

        /** Whether it fires, whatever is done about it. */
        public boolean active() {
            return switch (this) {
                case FIRING, ACKNOWLEDGED, SILENCED, INHIBITED -> true;
                case PENDING, RESOLVED -> false;
            };
        }
    }
}
