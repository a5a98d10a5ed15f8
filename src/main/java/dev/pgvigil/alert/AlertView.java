package dev.pgvigil.alert;

import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import dev.pgvigil.state.SteadyClock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An alert as the API answers it. */
@Schema(name = "Alert")
record AlertView(
        String id,

        @Schema(description = "the same for each alert of that target and finding")
        String fingerprint,

        @Schema(description = "name of the check") String type,

        @Schema(description = "key of the finding") String finding,

        @Schema(description = "that of the finding, or of the worst symptom that it stands for")
        Severity severity,

        String target,
        String title,
        String message,

        @Schema(description = "numbers of the first row of evidence")
        Map<String, Number> metrics,

        @Schema(description = "when its finding was first seen")
        Instant timestamp,

        ActiveAlert.State state,
        boolean resolved,

        @Nullable @Schema(description = "when it began to fire; null: it does not, or not any more")
        Instant firingSince,

        @Nullable Instant resolvedAt,

        @Nullable @Schema(description = "since when its finding is closed, while that is not for long enough")
        Instant clearingSince,

        @Nullable Acknowledgement acknowledgement,

        @Nullable @Schema(description = "why it is not sent")
        Suppression suppression,

        @Schema(description = "receivers that know it as firing")
        List<String> receivers,

        @Nullable String cause,
        @Nullable String action) {

    /** Who takes care of an alert. */
    @Schema(name = "AlertAcknowledgement")
    record Acknowledgement(Instant at, String by) {}

    /**
     * Why an alert is not sent.
     *
     * @param by id of the silence, or of the alert that stands for it
     */
    @Schema(name = "AlertSuppression")
    record Suppression(ActiveAlert.State state, String by, String reason) {}

    static AlertView of(AlertReport.Shown shown) {
        Alert alert = shown.alert();
        AlertState.Firing firing = switch (alert.state()) {
            case AlertState.Firing fires -> fires;
            case AlertState.Clearing clearing -> clearing.firing();
            case AlertState.Pending _, AlertState.Resolved _, AlertState.Withdrawn _ -> null;
        };
        AlertState.Acknowledgement acknowledged = alert.acknowledgement();
        Candidate.Suppression suppression = shown.suppression();
        Instant resolvedAt = shown.resolvedAt();
        return new AlertView(
                alert.id(),
                alert.fingerprint(),
                alert.type(),
                alert.finding().key(),
                shown.severity(),
                alert.target(),
                alert.finding().title(),
                alert.message(),
                alert.metrics(),
                SteadyClock.shown(alert.timestamp()),
                shown.state(),
                alert.resolved(),
                firing == null ? null : SteadyClock.shown(firing.since()),
                resolvedAt == null ? null : SteadyClock.shown(resolvedAt),
                alert.state() instanceof AlertState.Clearing clearing ? SteadyClock.shown(clearing.since()) : null,
                acknowledged == null
                        ? null
                        : new Acknowledgement(SteadyClock.shown(acknowledged.at()), acknowledged.by()),
                suppression == null
                        ? null
                        : new Suppression(suppression.state(), suppression.by(), suppression.reason()),
                shown.told(),
                alert.finding().cause(),
                alert.finding().action());
    }
}
