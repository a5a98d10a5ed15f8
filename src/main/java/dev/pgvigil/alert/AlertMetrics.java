package dev.pgvigil.alert;

import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Severity;
import dev.pgvigil.state.ActiveAlert;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The metrics of alerts and of their notifications. Pure. */
final class AlertMetrics {

    private AlertMetrics() {}

    static void export(AlertReport report, List<Incident> incidents, MetricSink sink, Instant now) {
        for (ActiveAlert.State state : ActiveAlert.State.values()) {
            if (state != ActiveAlert.State.RESOLVED) {
                for (Severity severity : Severity.values()) {
                    sink.gauge(
                            "pgvigil_alerts",
                            "Open alerts by state and severity.",
                            (double) report.alerts().stream()
                                    .filter(one -> one.state() == state && one.severity() == severity)
                                    .count(),
                            "state",
                            lower(state),
                            "severity",
                            lower(severity));
                }
            }
        }
        sink.gauge("pgvigil_alert_silences", "Silences that are not over.", (double)
                report.silences().size());
        sink.gauge(
                "pgvigil_alert_escalations_overdue",
                "Alerts whose next tier is due for more than a minute and could not be told.",
                (double) report.overdue());
        sink.gauge(
                "pgvigil_alert_store_away",
                "1 if a store is configured and alerts are in memory only.",
                report.store().equals("away") ? 1 : 0);
        sink.gauge("pgvigil_incidents_open", "Incidents that last.", (double)
                incidents.stream().filter(Incident::open).count());
        sink.counter(
                "pgvigil_alerts_omitted_total",
                "Observations of findings for which there was no place among the open alerts.",
                (double) report.omitted());
        report.receivers().forEach(receiver -> receiver(receiver, sink, now));
    }

    private static void receiver(Outbox.Receiver receiver, MetricSink sink, Instant now) {
        String name = receiver.name();
        sink.counter(
                "pgvigil_notifications_delivered_total",
                "Notifications that the receiver has.",
                (double) receiver.delivered(),
                "receiver",
                name);
        sink.counter(
                "pgvigil_notification_attempts_failed_total",
                "Attempts to deliver a notification that failed.",
                (double) receiver.failed(),
                "receiver",
                name);
        sink.counter(
                "pgvigil_notifications_dead_total",
                "Notifications that were given up.",
                (double) receiver.dead(),
                "receiver",
                name);
        sink.gauge(
                "pgvigil_notifications_queued",
                "Notifications that wait for delivery.",
                (double) receiver.queued(),
                "receiver",
                name);
        Instant oldest = receiver.oldest();
        sink.gauge(
                "pgvigil_notifications_oldest_age_seconds",
                "Age of the oldest notification that waits for delivery; 0 if none waits.",
                oldest == null ? 0 : Math.max(0, Duration.between(oldest, now).toMillis() / 1e3),
                "receiver",
                name);
        sink.gauge(
                "pgvigil_notification_receiver_failing",
                "1 if the latest attempt to deliver a notification to the receiver failed.",
                receiver.failingSince() == null && receiver.deadSinceDelivery() == 0 ? 0 : 1,
                "receiver",
                name);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
