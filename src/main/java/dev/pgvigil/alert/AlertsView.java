package dev.pgvigil.alert;

import dev.pgvigil.alert.channel.Notification;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.SteadyClock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A page of alerts. */
@Schema(name = "Alerts")
record AlertsView(
        Instant timestamp,

        @Schema(description = "alerts that the filter selects")
        int total,

        @Schema(description = "observations of findings for which there was no place")
        long omitted,

        @Schema(description = "off, ok or not written") String stateFile,

        @Schema(description = "whether the store keeps alerts: off, ok or away")
        String store,

        @Schema(description = "open ones, worst and oldest first, then resolved ones, latest first")
        List<AlertView> alerts) {

    static AlertsView of(AlertReport report, List<AlertReport.Shown> selected, int limit, Instant now) {
        return new AlertsView(
                SteadyClock.shown(now),
                selected.size(),
                report.omitted(),
                report.stateFile(),
                report.store(),
                selected.stream().limit(limit).map(AlertView::of).toList());
    }

    /** Silences of people and the maintenance of the configuration. */
    @Schema(name = "Silences")
    record Silences(Instant timestamp, List<SilenceView> silences, List<SilenceView> maintenance) {

        static Silences of(AlertReport report, Instant now) {
            return new Silences(
                    SteadyClock.shown(now),
                    report.silences().stream().map(SilenceView::of).toList(),
                    report.maintenance().stream().map(SilenceView::of).toList());
        }
    }

    /** Alerts that are not sent for a time; what is empty selects all. */
    @Schema(name = "Silence")
    record SilenceView(
            String id,
            List<String> targets,
            List<String> checks,
            List<Severity> severities,
            Instant from,
            Instant until,
            String by,
            String reason) {

        static SilenceView of(Silence silence) {
            return new SilenceView(
                    silence.id(),
                    silence.selector().targets().stream().map(Object::toString).toList(),
                    silence.selector().checks().stream().map(Object::toString).toList(),
                    silence.selector().severities().stream().sorted().toList(),
                    silence.from(),
                    silence.until(),
                    silence.by(),
                    silence.reason());
        }
    }

    /** The receivers, and what could not be delivered. */
    @Schema(name = "AlertReceivers")
    record Receivers(Instant timestamp, List<ReceiverView> receivers, List<DeadLetterView> deadLetters) {

        static Receivers of(AlertReport report, Instant now) {
            return new Receivers(
                    SteadyClock.shown(now),
                    report.receivers().stream().map(ReceiverView::of).toList(),
                    report.deadLetters().stream()
                            .limit(100)
                            .map(DeadLetterView::of)
                            .toList());
        }
    }

    /** How a receiver does. */
    @Schema(name = "AlertReceiver")
    record ReceiverView(
            String name,
            int queued,
            @Nullable Instant oldest,
            long delivered,
            long failed,
            long dead,
            @Nullable Instant failingSince,
            @Nullable String error,
            @Nullable Instant deliveredAt) {

        static ReceiverView of(Outbox.Receiver receiver) {
            return new ReceiverView(
                    receiver.name(),
                    receiver.queued(),
                    receiver.oldest(),
                    receiver.delivered(),
                    receiver.failed(),
                    receiver.dead(),
                    receiver.failingSince(),
                    receiver.error(),
                    receiver.deliveredAt());
        }
    }

    /** A notification that was given up, with what it should have told. */
    @Schema(name = "DeadLetter")
    record DeadLetterView(
            String id, String receiver, String summary, Instant timestamp, Instant at, int attempts, String error) {

        static DeadLetterView of(Outbox.DeadLetter letter) {
            Notification notification = letter.notification();
            return new DeadLetterView(
                    notification.id(),
                    notification.receiver(),
                    notification.summary(),
                    notification.at(),
                    letter.at(),
                    letter.attempts(),
                    letter.error());
        }
    }
}
