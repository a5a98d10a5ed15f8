package dev.pgvigil.alert;

import dev.pgvigil.check.Severity;
import dev.pgvigil.state.SteadyClock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An incident as the API answers it. */
@Schema(name = "Incident")
record IncidentView(
        String id,

        @Schema(description = "host and port, or the name of what has none")
        String server,

        @Schema(description = "the worst of its alerts") Severity severity,

        String title,
        Instant begin,

        @Nullable @Schema(description = "null: it lasts") Instant end,

        @Schema(description = "alerts and entries of the timeline that had no place")
        int omitted,

        @Schema(description = "alerts that fired in it, in order")
        List<AlertOf> alerts,

        @Schema(description = "what happened, in order") List<Entry> timeline,

        @Schema(description = "what it cost of error budgets")
        List<CostView> costs) {

    /** An alert of an incident. */
    @Schema(name = "IncidentAlert")
    record AlertOf(
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
            @Nullable String action) {}

    /** An entry of the timeline. */
    @Schema(name = "IncidentEntry")
    record Entry(
            Instant at,
            Incident.Kind kind,

            @Nullable @Schema(description = "id of the alert; null: the incident")
            String alert,

            @Nullable @Schema(description = "who did it, or the receiver that was told")
            String by,

            String text) {}

    /** What an incident cost of an objective. */
    @Schema(name = "IncidentCost")
    record CostView(
            String target,
            String objective,

            @Schema(description = "bad seconds within the incident, as far as pgvigil ran")
            long badSeconds,

            @Schema(description = "part of the error budget of the whole window")
            double share) {}

    static IncidentView of(Incident incident) {
        Instant end = incident.end();
        return new IncidentView(
                incident.id(),
                incident.server(),
                incident.severity(),
                incident.title(),
                SteadyClock.shown(incident.begin()),
                end == null ? null : SteadyClock.shown(end),
                incident.omitted(),
                incident.alerts().values().stream().map(IncidentView::alert).toList(),
                incident.timeline().stream()
                        .map(one ->
                                new Entry(SteadyClock.shown(one.at()), one.kind(), one.alert(), one.by(), one.text()))
                        .toList(),
                incident.costs().values().stream()
                        .map(one -> new CostView(one.target(), one.objective(), one.badSeconds(), one.share()))
                        .toList());
    }

    private static AlertOf alert(Incident.Involved one) {
        Instant until = one.until();
        return new AlertOf(
                one.id(),
                one.target(),
                one.type(),
                one.finding(),
                one.severity(),
                one.title(),
                one.message(),
                SteadyClock.shown(one.since()),
                until == null ? null : SteadyClock.shown(until),
                one.cause(),
                one.action());
    }

    /** A page of incidents. */
    @Schema(name = "Incidents")
    record Page(
            Instant timestamp,

            @Schema(description = "incidents that the filter selects")
            int total,

            @Schema(description = "the latest first") List<Summary> incidents) {}

    /** An incident in short. */
    @Schema(name = "IncidentSummary")
    record Summary(
            String id,
            String server,
            Severity severity,
            String title,
            Instant begin,
            @Nullable Instant end,
            int alerts) {

        static Summary of(Incident incident) {
            Instant end = incident.end();
            return new Summary(
                    incident.id(),
                    incident.server(),
                    incident.severity(),
                    incident.title(),
                    SteadyClock.shown(incident.begin()),
                    end == null ? null : SteadyClock.shown(end),
                    incident.alerts().size());
        }
    }
}
