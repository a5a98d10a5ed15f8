package dev.pgvigil.dashboard;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.activity.Blocking;
import dev.pgvigil.check.activity.LongWork;
import dev.pgvigil.check.capacity.ConnectionUsage;
import dev.pgvigil.check.capacity.Connections;
import dev.pgvigil.check.server.Heartbeat;
import dev.pgvigil.history.ServerHistory;
import dev.pgvigil.history.Window;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.DatabaseView;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.Thresholds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What the page of one database shows, as texts.
 *
 * @param headline its status in a sentence
 * @param until of the charts: milliseconds since 1970
 * @param note what is wrong with pgvigil itself; empty: nothing
 */
record DatabasePage(
        String status,
        String name,
        String api,
        String headline,
        String at,
        long until,
        String note,
        List<Fact> facts,
        List<FindingCard> findings,
        List<Chart> charts,
        LockPanel locks,
        LongWorkPanel work,
        ConnectionsPanel use,
        List<CheckStatusText> checks) {

    /** A property and its value. */
    record Fact(String name, String value) {}

    static DatabasePage of(
            TargetState state,
            PointInTimeView look,
            Catalogue catalogue,
            ServerHistory hour,
            Window window,
            String note) {
        DatabaseView view = DatabaseView.of(state, look, catalogue.names());
        Thresholds thresholds = state.target().thresholds();
        Instant now = look.now();
        ConnectionsPanel use =
                ConnectionsPanel.of(Observation.of(Connections.NAME, ConnectionUsage.class, state, look));
        return new DatabasePage(
                TextFormat.lower(view.status()),
                view.name(),
                "/api/v1/databases/" + Href.encoded(view.name()),
                headline(view),
                TextFormat.time(now, now),
                now.toEpochMilli(),
                note,
                facts(view, now),
                view.findings().stream()
                        .map(found -> FindingCard.of(found, now))
                        .toList(),
                List.of(
                        HeartbeatChart.of(
                                hour.beats(now, window, interval(Heartbeat.NAME, state, look, catalogue)),
                                window,
                                thresholds,
                                view.status() == Status.UNKNOWN
                                        ? TextFormat.UNKNOWN
                                        : TextFormat.milliseconds(view.heartbeatMs())),
                        ConnectionChart.of(
                                hour.connections(now, window, interval(Connections.NAME, state, look, catalogue)),
                                window,
                                thresholds,
                                use.inUse())),
                LockPanel.of(Observation.of(Blocking.NAME, Blocking.Locks.class, state, look)),
                LongWorkPanel.of(Observation.of(LongWork.NAME, LongWork.Work.class, state, look)),
                use,
                view.checks().stream().map(CheckStatusText::of).toList());
    }

    private static Duration interval(String check, TargetState state, PointInTimeView look, Catalogue catalogue) {
        return look.server(state).interval(state.target(), catalogue.check(check));
    }

    private static String headline(DatabaseView view) {
        return "%s for %s, since %s"
                .formatted(
                        TextFormat.lower(view.status()),
                        TextFormat.age(view.since(), view.timestamp()),
                        TextFormat.time(view.since(), view.timestamp()));
    }

    private static List<Fact> facts(DatabaseView view, Instant now) {
        ServerFacts server = view.server().facts();
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Server", view.server().id()));
        facts.add(new Fact("Database", view.database()));
        facts.add(new Fact("PostgreSQL", TextFormat.orUnknown(view.version())));
        facts.add(new Fact("Role", role(view)));
        if (!view.region().isEmpty()) {
            facts.add(new Fact("Region", view.region()));
        }
        new TreeMap<>(view.tags()).forEach((key, value) -> facts.add(new Fact(key, value)));
        facts.add(new Fact(
                "Server up for", server == null ? TextFormat.UNKNOWN : TextFormat.age(server.startedAt(), now)));
        facts.add(new Fact("Cost of watching", cost(view)));
        return facts;
    }

    private static String role(DatabaseView view) {
        String role = TextFormat.lower(view.role());
        return view.role() == null || view.expectedRole().allows(view.role())
                ? role
                : role + ", expected " + TextFormat.lower(view.expectedRole());
    }

    private static String cost(DatabaseView view) {
        return "%s of one backend, %s"
                .formatted(
                        HumanFormat.percent(view.server().sessions().overheadRatio()),
                        HumanFormat.count(view.server().sessions().open(), "connection"));
    }
}
