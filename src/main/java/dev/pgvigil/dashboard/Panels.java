package dev.pgvigil.dashboard;

import dev.pgvigil.check.Catalogue;
import dev.pgvigil.check.Panel;
import dev.pgvigil.check.Tab;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.PointInTimeView;
import dev.pgvigil.target.Target;
import io.quarkus.arc.All;
import io.quarkus.qute.RawString;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All panels and their content for a target. */
@Singleton
class Panels {

    private final List<Panel<?>> panels;
    private final Catalogue catalogue;

    /**
     * A panel as text.
     *
     * @param content the output of its template; empty: no observation yet
     */
    record Drawn(String id, String title, CheckStatusText seen, RawString content) {}

    Panels(@All List<Panel<?>> panels, Catalogue catalogue) {
        this.catalogue = catalogue;
        this.panels = panels.stream()
                .sorted(Comparator.<Panel<?>, String>comparing(Panel::title))
                .toList();
    }

    /** The tabs that have content for a target, in order: a check for which nothing is configured has none. */
    Set<Tab> tabs(Target target) {
        Set<Tab> tabs = EnumSet.of(Tab.OVERVIEW, Tab.ADVICE, Tab.CHECKS);
        panels.stream().filter(panel -> concerns(panel, target)).forEach(panel -> tabs.add(panel.tab()));
        return tabs;
    }

    private boolean concerns(Panel<?> panel, Target target) {
        return catalogue.check(panel.check()).concerns(target);
    }

    List<Drawn> drawn(Tab tab, TargetState target, PointInTimeView fleetView) {
        return panels.stream()
                .filter(panel -> panel.tab() == tab && concerns(panel, target.target()))
                .map(panel -> drawn(panel, target, fleetView))
                .toList();
    }

    private static <O> Drawn drawn(Panel<O> panel, TargetState target, PointInTimeView fleetView) {
        Observation<O> observation = Observation.of(panel.check(), panel.type(), target, fleetView);
        O value = observation.value();
        String api = Href.api(target.target().name()) + "/checks/" + panel.check();
        return new Drawn(
                panel.id(),
                panel.title(),
                observation.seen(),
                new RawString(value == null ? "" : panel.content(value, api).render()));
    }
}
