package dev.pgvigil.monitor;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Status;
import dev.pgvigil.monitor.FindingTracker.Changes;
import dev.pgvigil.state.FleetEvent;
import dev.pgvigil.state.IgnoredFinding;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.target.IgnoreRule;
import dev.pgvigil.target.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The findings and the published state of a monitored target. Confined to the server's event loop. */
final class TargetMonitor {

    private final FindingTracker findings = new FindingTracker();
    private TargetState state;
    private boolean answered;

    TargetMonitor(Target target, Instant now) {
        this.state = TargetState.initial(target, now);
    }

    /** Continues from a state that was published before, so that taking over from another replica changes nothing. */
    static TargetMonitor inheriting(Target target, TargetState known, Instant now) {
        TargetMonitor monitor = new TargetMonitor(target, now);
        monitor.answered = known.status() != Status.UNKNOWN;
        Stream.concat(known.findings().stream(), known.ignored().stream().map(IgnoredFinding::finding))
                .forEach(finding -> monitor.findings.inherit(Evaluator.source(finding), finding, now));
        monitor.state = new TargetState(
                target, known.status(), known.since(), known.findings(), known.ignored(), known.outcomes());
        return monitor;
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
        List<Finding> gone = findings.retain(sources);
        List<FleetEvent> changes = update(target, now, new Changes(List.of(), List.of(), gone, true));
        List<String> off = state.outcomes().keySet().stream()
                .filter(check -> !target.runs(check))
                .toList();
        state = new TargetState(
                target,
                state.status(),
                state.since(),
                state.findings(),
                state.ignored(),
                state.outcomes().minusAll(off));
        return changes;
    }

    /** Records that the server has answered: from now on a target without findings is healthy. */
    void answered() {
        answered = true;
    }

    /** Records a result and returns the resulting events. */
    List<FleetEvent> record(Evaluator.Result result) {
        Changes tracked = findings.record(result.source(), result.debounce(), result.findings(), result.at());
        return tracked.moved() || counted(target(), result.at()).status() != state.status() || expired(result.at())
                ? update(target(), result.at(), tracked)
                : List.of();
    }

    /** Whether an ignored finding counts again. */
    private boolean expired(Instant now) {
        return state.ignored().stream().anyMatch(one -> !now.isBefore(one.until()));
    }

    /** Updates status and findings from the tracker. */
    private List<FleetEvent> update(Target target, Instant at, Changes tracked) {
        Counted now = counted(target, at);
        List<FleetEvent> changes = events(now, tracked, target.name(), at);
        Status was = state.status();
        if (now.status != was) {
            changes.add(new FleetEvent.StatusChanged(at, target.name(), was, now.status));
        }
        state = new TargetState(
                target,
                now.status,
                now.status == was ? state.since() : at,
                now.findings,
                now.ignored,
                state.outcomes());
        return changes;
    }

    /** Stores the outcome of a check of this database. */
    void keep(String check, Outcome<?> outcome) {
        state = new TargetState(
                state.target(),
                state.status(),
                state.since(),
                state.findings(),
                state.ignored(),
                state.outcomes().plus(check, outcome));
    }

    /** The open findings that count, the others, and the status. */
    private record Counted(List<Finding> findings, List<IgnoredFinding> ignored, Status status) {}

    private Counted counted(Target target, Instant now) {
        List<Finding> open = findings.open();
        List<IgnoredFinding> ignored = new ArrayList<>();
        if (!target.ignored().isEmpty()) {
            List<Finding> counting = new ArrayList<>();
            for (Finding finding : open) {
                IgnoreRule rule = ignorable(finding.status()) ? target.ignoring(finding.key(), now) : null;
                if (rule == null) {
                    counting.add(finding);
                } else {
                    ignored.add(new IgnoredFinding(finding, rule.reason(), rule.until()));
                }
            }
            open = counting;
        }
        Status worst = Status.worst(open.stream().map(Finding::status));
        return new Counted(open, ignored, answered || worst != Status.HEALTHY ? worst : Status.UNKNOWN);
    }

    /** A database that is down, or of which nothing is known, is never made to look healthy. */
    private static boolean ignorable(Status status) {
        return switch (status) {
            case HEALTHY, DEGRADED -> true;
            case UNKNOWN, UNHEALTHY -> false;
        };
    }

    /** For those who read events a finding that begins to be ignored is closed, and one that counts again is opened. */
    private List<FleetEvent> events(Counted now, Changes tracked, String name, Instant at) {
        Set<String> was = keys(state.ignored());
        Set<String> is = keys(now.ignored);
        Set<String> begun = tracked.opened().stream().map(Finding::key).collect(Collectors.toSet());
        List<FleetEvent> changes = new ArrayList<>();
        tracked.opened().stream()
                .filter(finding -> !is.contains(finding.key()))
                .forEach(finding -> changes.add(new FleetEvent.Opened(at, name, finding)));
        now.findings.stream()
                .filter(finding -> was.contains(finding.key()) && !begun.contains(finding.key()))
                .forEach(finding -> changes.add(new FleetEvent.Opened(at, name, finding)));
        tracked.updated().stream()
                .filter(finding -> !is.contains(finding.key()) && !was.contains(finding.key()))
                .forEach(finding -> changes.add(new FleetEvent.Updated(at, name, finding)));
        tracked.closed().stream()
                .filter(finding -> !was.contains(finding.key()))
                .forEach(finding -> changes.add(new FleetEvent.Closed(at, name, finding)));
        now.ignored.stream()
                .map(IgnoredFinding::finding)
                .filter(finding -> !was.contains(finding.key()) && !begun.contains(finding.key()))
                .forEach(finding -> changes.add(new FleetEvent.Closed(at, name, finding)));
        return changes;
    }

    private static Set<String> keys(List<IgnoredFinding> ignored) {
        return ignored.stream().map(one -> one.finding().key()).collect(Collectors.toSet());
    }
}
