package dev.pgvigil.alert;

import dev.pgvigil.check.HumanFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** An incident as a document in Markdown. Texts of databases cannot become markup. Pure. */
final class IncidentReport {

    private IncidentReport() {}

    static String markdown(Incident incident, Instant now) {
        StringBuilder text = new StringBuilder(4096);
        Instant end = incident.end() == null ? now : incident.end();
        text.append("# ").append(plain(incident.title())).append("\n\n");
        row(text, "Server", incident.server());
        row(text, "Severity", lower(incident.severity()));
        row(text, "Began", time(incident.begin()));
        row(text, "Ended", incident.end() == null ? "not yet" : time(incident.end()));
        row(
                text,
                "Lasted",
                HumanFormat.seconds(Duration.between(incident.begin(), end).toMillis() / 1e3));
        row(text, "Id", incident.id());
        text.append("\n## What it cost\n\n");
        if (incident.costs().isEmpty()) {
            text.append("No objective covers these databases.\n");
        }
        incident.costs()
                .values()
                .forEach(cost -> text.append("- ")
                        .append(plain(cost.target()))
                        .append(", objective ")
                        .append(plain(cost.objective()))
                        .append(": ")
                        .append(cost.badSeconds())
                        .append(" bad seconds, ")
                        .append(String.format(Locale.ROOT, "%.1f %%", cost.share() * 100))
                        .append(" of the error budget\n"));
        text.append("\n## Findings\n\n");
        incident.alerts().values().forEach(alert -> finding(text, alert));
        if (incident.omitted() > 0) {
            text.append("\n").append(incident.omitted()).append(" further entries had no place.\n");
        }
        text.append("\n## Timeline\n\n");
        incident.timeline()
                .forEach(one -> text.append("- ")
                        .append(time(one.at()))
                        .append(" **")
                        .append(lower(one.kind()))
                        .append("** ")
                        .append(plain(one.text()))
                        .append(one.by() == null ? "" : " (" + plain(one.by()) + ")")
                        .append("\n"));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("- ").append(name).append(": ").append(plain(value)).append("\n");
    }

    private static void finding(StringBuilder text, Incident.Involved alert) {
        text.append("- **")
                .append(plain(alert.target()))
                .append("** ")
                .append(plain(alert.message()))
                .append(" (")
                .append(lower(alert.severity()))
                .append(", from ")
                .append(time(alert.since()))
                .append(alert.until() == null ? ", still open" : " to " + time(alert.until()))
                .append(")\n");
        if (alert.cause() != null) {
            text.append("  - Cause: ").append(plain(alert.cause())).append("\n");
        }
        if (alert.action() != null) {
            text.append("  - Action: ").append(plain(alert.action())).append("\n");
        }
    }

    /** One line, without markup. */
    static String plain(String value) {
        StringBuilder text = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7f) {
                text.append(' ');
            } else if ("\\`*_{}[]<>#|!~&".indexOf(c) >= 0) {
                text.append('\\').append(c);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
