package dev.pgvigil.alert;

import dev.pgvigil.check.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A time in which alerts of one server fired, and what happened in it. Immutable, and bounded: what does not fit is counted.
 *
 * @param server host and port, or the name of what has none
 * @param target that of its first alert
 * @param end null: it lasts
 * @param title that of its first alert of the worst severity
 * @param alerts by id, in the order in which they fired
 * @param costs by target and objective
 */
record Incident(
        String id,
        String server,
        String target,
        Instant begin,
        @Nullable Instant end,
        Severity severity,
        String title,
        Map<String, Involved> alerts,
        List<Happening> timeline,
        int omitted,
        Map<String, Cost> costs) {

    static final int ALERTS = 200;
    static final int TIMELINE = 500;

    /** An alert of the incident; until: null while it fires. */
    record Involved(
            String id,
            String target,
            String type,
            String finding,
            Severity severity,
            String title,
            String message,
            Instant since,
            @Nullable Instant until,
            @Nullable String cause,
            @Nullable String action) {

        static Involved of(AlertReport.Shown shown, Instant now) {
            Alert alert = shown.alert();
            return new Involved(
                    alert.id(),
                    alert.target(),
                    alert.type(),
                    alert.finding().key(),
                    shown.severity(),
                    alert.finding().title(),
                    alert.message(),
                    now,
                    null,
                    alert.finding().cause(),
                    alert.finding().action());
        }

        Involved until(Instant at) {
            return new Involved(id, target, type, finding, severity, title, message, since, at, cause, action);
        }
    }

    /** What can happen in an incident. */
    enum Kind {
        FIRED,
        WORSE,
        TOLD,
        ACKNOWLEDGED,
        SUPPRESSED,
        RESOLVED,
        NOTE,
        ENDED
    }

    /**
     * Something that happened.
     *
     * @param alert it is about; null: the incident
     * @param by who did it; null: nobody
     */
    record Happening(
            Instant at,
            Kind kind,
            @Nullable String alert,
            @Nullable String by,
            String text) {}

    /**
     * What it cost of the error budget of an objective.
     *
     * @param badSeconds since it began
     * @param budgetSeconds of the objective's whole window
     */
    record Cost(String target, String objective, long badSeconds, double budgetSeconds) {

        double share() {
            return budgetSeconds <= 0 ? 0 : badSeconds / budgetSeconds;
        }
    }

    static Incident begin(String server, AlertReport.Shown first, Instant now) {
        return new Incident(
                Ids.of("incident", server, now.toString()).substring(0, 16),
                server,
                first.alert().target(),
                now,
                null,
                first.severity(),
                first.alert().finding().title(),
                Map.of(),
                List.of(),
                0,
                Map.of());
    }

    boolean open() {
        return end == null;
    }

    /** With an alert as it is now. */
    Incident with(Involved alert) {
        if (!alerts.containsKey(alert.id()) && alerts.size() >= ALERTS) {
            return new Incident(id, server, target, begin, end, severity, title, alerts, timeline, omitted + 1, costs);
        }
        Map<String, Involved> next = new LinkedHashMap<>(alerts);
        next.put(alert.id(), alert);
        boolean worse = alert.severity().compareTo(severity) > 0;
        return new Incident(
                id,
                server,
                target,
                begin,
                end,
                worse ? alert.severity() : severity,
                worse ? alert.title() : title,
                next,
                timeline,
                omitted,
                costs);
    }

    Incident with(Happening happening) {
        if (timeline.size() >= TIMELINE && happening.kind() != Kind.ENDED) {
            return new Incident(id, server, target, begin, end, severity, title, alerts, timeline, omitted + 1, costs);
        }
        List<Happening> next = new ArrayList<>(timeline);
        next.add(happening);
        return new Incident(id, server, target, begin, end, severity, title, alerts, next, omitted, costs);
    }

    Incident withCosts(Map<String, Cost> next) {
        return new Incident(id, server, target, begin, end, severity, title, alerts, timeline, omitted, next);
    }

    Incident ended(Instant at) {
        return new Incident(id, server, target, begin, at, severity, title, alerts, timeline, omitted, costs)
                .with(new Happening(at, Kind.ENDED, null, null, "No alert fires any more"));
    }
}
