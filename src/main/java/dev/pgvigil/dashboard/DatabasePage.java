package dev.pgvigil.dashboard;

import dev.pgvigil.advice.CauseAnalysis;
import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HeartbeatResult;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.PoolUsage;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.Tab;
import dev.pgvigil.history.ServerHistory;
import dev.pgvigil.history.Window;
import dev.pgvigil.postgres.ServerFacts;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.SteadyClock;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.DatabaseView;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.Thresholds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The content of the page of one database as text.
 *
 * @param headline its status as a sentence
 * @param until of the charts: milliseconds since 1970
 * @param note a warning about pgvigil itself; empty: none
 * @param open the tab that is shown; the content of other tabs is empty
 * @param findings of the tab of advice those that recommend something without a problem
 */
record DatabasePage(
        String status,
        String name,
        String api,
        String diagnosis,
        String headline,
        String at,
        long until,
        String note,
        List<Fact> facts,
        String open,
        List<TabLink> tabs,
        List<ProblemCard> problems,
        List<FindingCard> findings,
        List<IgnoredRow> ignored,
        List<Chart> charts,
        List<Panels.Drawn> panels,
        List<CheckStatusText> checks) {

    /** A property and its value. */
    record Fact(String name, String value) {}

    /** A tab of the page; {@code open} if it is shown. */
    record TabLink(String id, String title, String href, boolean open) {}

    /** A finding that is ignored, why and until when. */
    record IgnoredRow(String key, String title, String observed, String reason, String until) {

        private static IgnoredRow of(IgnoredFinding one) {
            Finding finding = one.finding();
            return new IgnoredRow(
                    finding.key(), finding.title(), finding.observed(), one.reason(), TextFormat.day(one.until()));
        }
    }

    static DatabasePage of(
            TargetState state,
            PointInTimeView fleetView,
            Catalogue catalogue,
            CauseAnalysis causes,
            Panels panels,
            Tab wanted,
            ServerHistory history,
            Window window,
            String note) {
        DatabaseView view = DatabaseView.of(state, fleetView, catalogue.names(), causes);
        Set<Tab> tabs = panels.tabs(state.target());
        Tab open = tabs.contains(wanted) ? wanted : Tab.OVERVIEW;
        Instant now = fleetView.now();
        return new DatabasePage(
                TextFormat.lower(view.status()),
                view.name(),
                Href.api(view.name()),
                Href.to("/database/diagnosis").with("name", view.name()).toString(),
                headline(view),
                TextFormat.time(now, now),
                now.toEpochMilli(),
                note,
                facts(view, now),
                TextFormat.lower(open),
                tabs.stream()
                        .map(tab -> new TabLink(
                                TextFormat.lower(tab), tab.title(), Href.database(view.name(), tab), tab == open))
                        .toList(),
                view.problems().stream().map(ProblemCard::of).toList(),
                view.findings().stream()
                        .filter(found ->
                                open != Tab.ADVICE || (found.status() == Status.HEALTHY && found.action() != null))
                        .map(found -> FindingCard.of(found, now))
                        .toList(),
                open == Tab.ADVICE
                        ? state.ignored().stream().map(IgnoredRow::of).toList()
                        : List.of(),
                open == Tab.OVERVIEW ? charts(view, state, fleetView, catalogue, history, window) : List.of(),
                panels.drawn(open, state, fleetView),
                view.checks().stream().map(CheckStatusText::of).toList());
    }

    private static List<Chart> charts(
            DatabaseView view,
            TargetState state,
            PointInTimeView fleetView,
            Catalogue catalogue,
            ServerHistory history,
            Window window) {
        Thresholds thresholds = state.target().thresholds();
        Instant now = fleetView.now();
        return List.of(
                HeartbeatChart.of(
                        history.beats(now, window, interval(HeartbeatResult.CHECK, state, fleetView, catalogue)),
                        window,
                        thresholds,
                        view.status() == Status.UNKNOWN
                                ? TextFormat.UNKNOWN
                                : TextFormat.milliseconds(view.heartbeatMs())),
                ConnectionChart.of(
                        history.connections(now, window, interval(PoolUsage.CHECK, state, fleetView, catalogue)),
                        window,
                        thresholds,
                        ConnectionChart.inUse(state, fleetView)));
    }

    private static Duration interval(String check, TargetState state, PointInTimeView fleetView, Catalogue catalogue) {
        return fleetView.server(state).interval(state.target(), catalogue.check(check));
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
        facts.add(new Fact("PostgreSQL", HumanFormat.orUnknown(view.version())));
        facts.add(new Fact("Role", role(view)));
        if (!view.region().isEmpty()) {
            facts.add(new Fact("Region", view.region()));
        }
        new TreeMap<>(view.tags()).forEach((key, value) -> facts.add(new Fact(key, value)));
        facts.add(new Fact(
                "Server uptime",
                server == null ? TextFormat.UNKNOWN : TextFormat.age(server.startedAt(), SteadyClock.shown(now))));
        facts.add(new Fact("Cost of monitoring", cost(view)));
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
