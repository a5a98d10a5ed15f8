package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The findings and the published state of a monitored target. Confined to the server's event loop. */
final class TargetMonitor {

    private final FindingTracker findings = new FindingTracker();
    private TargetState state;
    private boolean answered;

    TargetMonitor(Target target, Instant now) {
        this.state = TargetState.initial(target, now);
    }

    Target target() {
        return state.target();
    }

    TargetState state() {
        return state;
    }

    /**
     * Applies a changed configuration of the same database: forgets sources that no longer run, and returns the
     * resulting events.
     */
    List<FleetEvent> configured(Target target, Set<String> sources, Instant now) {
        List<FleetEvent> changes = new ArrayList<>();
        findings.retain(sources).forEach(finding -> changes.add(new FleetEvent.Closed(now, target.name(), finding)));
        update(target, now, changes);
        List<String> off = state.outcomes().keySet().stream()
                .filter(check -> !target.runs(check))
                .toList();
        state = new TargetState(
                target,
                state.status(),
                state.since(),
                state.findings(),
                state.outcomes().minusAll(off));
        return changes;
    }

    /** Records that the server has answered: from now on a target without findings is healthy. */
    void answered() {
        answered = true;
    }

    /** Records a result and returns the resulting events. */
    List<FleetEvent> record(Evaluator.Result result) {
        FindingTracker.Changes tracked =
                findings.record(result.source(), result.debounce(), result.findings(), result.at());
        List<FleetEvent> changes = changes(tracked, result.at());
        if (tracked.moved() || status() != state.status()) {
            update(target(), result.at(), changes);
        }
        return changes;
    }

    /** Updates status and findings from the tracker. */
    private void update(Target target, Instant at, List<FleetEvent> changes) {
        Status was = state.status();
        Status is = status();
        if (is != was) {
            changes.add(new FleetEvent.StatusChanged(at, target.name(), was, is));
        }
        state = new TargetState(target, is, is == was ? state.since() : at, findings.open(), state.outcomes());
    }

    /** Stores the outcome of a check of this database. */
    void keep(String check, Outcome<?> outcome) {
        state = new TargetState(
                state.target(),
                state.status(),
                state.since(),
                state.findings(),
                state.outcomes().plus(check, outcome));
    }

    private Status status() {
        Status worst = Status.worst(findings.open().stream().map(Finding::status));
        return answered || worst != Status.HEALTHY ? worst : Status.UNKNOWN;
    }

    private List<FleetEvent> changes(FindingTracker.Changes tracked, Instant at) {
        String name = target().name();
        List<FleetEvent> changes = new ArrayList<>();
        tracked.opened().forEach(finding -> changes.add(new FleetEvent.Opened(at, name, finding)));
        tracked.updated().forEach(finding -> changes.add(new FleetEvent.Updated(at, name, finding)));
        tracked.closed().forEach(finding -> changes.add(new FleetEvent.Closed(at, name, finding)));
        return changes;
    }
}
