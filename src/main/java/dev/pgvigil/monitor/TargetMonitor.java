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

/** A target while it is watched: its ledger, and the state that the fleet shows. Lives on its server's event loop. */
final class TargetMonitor {

    private final FindingTracker ledger = new FindingTracker();
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

    /** The same database under a changed configuration: forgets sources that no longer run, and tells what that changes. */
    List<FleetEvent> configured(Target target, Set<String> sources, Instant now) {
        List<FleetEvent> changes = new ArrayList<>();
        ledger.retain(sources).forEach(finding -> changes.add(new FleetEvent.Closed(now, target.name(), finding)));
        stand(target, now, changes);
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

    /** The server has answered: from now on no findings means healthy. */
    void answered() {
        answered = true;
    }

    /** Records a judgement and tells what it changed. */
    List<FleetEvent> record(Evaluator.Result judged) {
        FindingTracker.Turn turn = ledger.record(judged.source(), judged.debounce(), judged.findings(), judged.at());
        List<FleetEvent> changes = changes(turn, judged.at());
        if (turn.moved() || status() != state.status()) {
            stand(target(), judged.at(), changes);
        }
        return changes;
    }

    /** Takes over what the ledger comes to. */
    private void stand(Target target, Instant at, List<FleetEvent> changes) {
        Status was = state.status();
        Status is = status();
        if (is != was) {
            changes.add(new FleetEvent.StatusChanged(at, target.name(), was, is));
        }
        state = new TargetState(target, is, is == was ? state.since() : at, ledger.open(), state.outcomes());
    }

    /** Keeps the outcome of a check of this database alone. */
    void keep(String check, Outcome<?> outcome) {
        state = new TargetState(
                state.target(),
                state.status(),
                state.since(),
                state.findings(),
                state.outcomes().plus(check, outcome));
    }

    private Status status() {
        Status worst = Status.worst(ledger.open().stream().map(Finding::status));
        return answered || worst != Status.HEALTHY ? worst : Status.UNKNOWN;
    }

    private List<FleetEvent> changes(FindingTracker.Turn turn, Instant at) {
        String name = target().name();
        List<FleetEvent> changes = new ArrayList<>();
        turn.opened().forEach(finding -> changes.add(new FleetEvent.Opened(at, name, finding)));
        turn.updated().forEach(finding -> changes.add(new FleetEvent.Updated(at, name, finding)));
        turn.closed().forEach(finding -> changes.add(new FleetEvent.Closed(at, name, finding)));
        return changes;
    }
}
