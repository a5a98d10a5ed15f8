package dev.pgvigil.alert;

import dev.pgvigil.alert.Candidate.Suppression;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All alerts at one time. Immutable.
 *
 * @param alerts the open ones, worst and oldest first, then the resolved ones, latest first
 * @param silences those of people that are not over
 * @param omitted observations of findings for which there was no place
 * @param overdue alerts whose next tier is due for more than a minute and was not told
 * @param stateFile {@code off}, {@code ok} or {@code not written}
 * @param store {@code off}, {@code ok} or {@code away}: alerts are in memory only, and still sent
 */
record AlertReport(
        List<Shown> alerts,
        List<Silence> silences,
        List<Silence> maintenance,
        List<Outbox.Receiver> receivers,
        List<Outbox.DeadLetter> deadLetters,
        long omitted,
        int overdue,
        String stateFile,
        String store) {

    static final AlertReport EMPTY =
            new AlertReport(List.of(), List.of(), List.of(), List.of(), List.of(), 0, 0, "off", "off");

    /**
     * An alert as people see it.
     *
     * @param severity that of its finding, or of the worst symptom that it stands for
     * @param told receivers that know it as firing
     */
    record Shown(
            Alert alert,
            Severity severity,
            ActiveAlert.State state,
            @Nullable Suppression suppression,
            List<String> told) {

        static Shown of(Alert alert, @Nullable Candidate candidate, List<String> told) {
            Suppression suppression = candidate == null ? null : candidate.suppression();
            ActiveAlert.State state = switch (alert.state()) {
                case AlertState.Pending _ -> ActiveAlert.State.PENDING;
                case AlertState.Firing _, AlertState.Clearing _ ->
                    suppression != null
                            ? suppression.state()
                            : alert.acknowledgement() != null
                                    ? ActiveAlert.State.ACKNOWLEDGED
                                    : ActiveAlert.State.FIRING;
                case AlertState.Resolved _, AlertState.Withdrawn _ -> ActiveAlert.State.RESOLVED;
            };
            return new Shown(
                    alert, candidate == null ? alert.severity() : candidate.severity(), state, suppression, told);
        }

        ActiveAlert active() {
            return new ActiveAlert(
                    alert.id(), alert.target(), alert.type(), severity, alert.message(), alert.timestamp(), state);
        }

        @Nullable
        Instant resolvedAt() {
            return alert.state() instanceof AlertState.Resolved resolved ? resolved.at() : null;
        }
    }

    @Nullable
    Shown find(String id) {
        return alerts.stream()
                .filter(one -> one.alert().id().equals(id))
                .findFirst()
                .orElse(null);
    }
}
