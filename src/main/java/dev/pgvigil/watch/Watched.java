package dev.pgvigil.watch;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A target while it is watched: its ledger, and the state that the fleet shows. Lives on its server's event loop. */
final class Watched {

    private final Ledger ledger = new Ledger();
    private TargetState state;
    private boolean answered;

    Watched(Target target, Instant now) {
        this.state = TargetState.initial(target, now);
    }

    Target target() {
        return state.target();
    }

    TargetState state() {
        return state;
    }

    /** The same database under a changed configuration; sources that no longer run are forgotten. */
    void configured(Target target, Set<String> sources) {
        ledger.retain(sources);
        state = new TargetState(target, status(), state.since(), ledger.open(), state.outcomes());
    }

    /** The server has answered: from now on no findings means healthy. */
    void answered() {
        answered = true;
    }

    /** Records a judgement and tells what it changed. */
    List<Change> record(Recorded judged) {
        Ledger.Turn turn = ledger.record(judged.source(), judged.evidence(), judged.findings(), judged.at());
        List<Change> changes = changes(turn, judged.at());
        Status was = state.status();
        Status is = status();
        if (is != was) {
            changes.add(new Change.StatusChanged(judged.at(), target().name(), was, is));
        }
        if (turn.moved() || is != was) {
            Instant since = is == was ? state.since() : judged.at();
            state = new TargetState(target(), is, since, ledger.open(), state.outcomes());
        }
        return changes;
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

    private List<Change> changes(Ledger.Turn turn, Instant at) {
        String name = target().name();
        List<Change> changes = new ArrayList<>();
        turn.opened().forEach(finding -> changes.add(new Change.Opened(at, name, finding)));
        turn.updated().forEach(finding -> changes.add(new Change.Updated(at, name, finding)));
        turn.closed().forEach(finding -> changes.add(new Change.Closed(at, name, finding)));
        return changes;
    }
}
