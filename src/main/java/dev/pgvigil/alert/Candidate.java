package dev.pgvigil.alert;

import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.target.Target;
import org.jspecify.annotations.Nullable;

/**
 * An alert that fires, on its way through the stages.
 *
 * @param severity that of its finding, or of the worst symptom that it stands for
 * @param target null: pgvigil itself
 * @param suppression why it is not sent; null: it is
 */
record Candidate(
        Alert alert,
        Severity severity,
        @Nullable Target target,
        @Nullable Suppression suppression) {

    /**
     * Why an alert is not sent.
     *
     * @param state silenced or inhibited
     * @param by id of the silence, or of the alert that stands for it
     */
    record Suppression(ActiveAlert.State state, String by, String reason) {}

    /** Host and port of its server, or the name of what has none. */
    String server() {
        return target == null
                ? alert.target()
                : target.server().host() + ":" + target.server().port();
    }

    boolean sent() {
        return suppression == null;
    }

    /** Suppressed, unless it is already: the first reason stays. */
    Candidate suppressed(ActiveAlert.State state, String by, String reason) {
        return suppression == null ? new Candidate(alert, severity, target, new Suppression(state, by, reason)) : this;
    }

    Candidate atLeast(Severity other) {
        return other.compareTo(severity) > 0 ? new Candidate(alert, other, target, suppression) : this;
    }
}
