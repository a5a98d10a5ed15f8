package dev.pgvigil.alert;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.FleetEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The open alerts, at most one for each fingerprint, and the latest resolved ones. Both are bounded. Not thread-safe. */
final class Alerts {

    static final int OPEN = 10_000;
    static final int RESOLVED = 1_000;

    private final Function<Finding, AlertRule> rules;
    private final Map<String, Alert> open = new LinkedHashMap<>();
    private final Deque<Alert> resolved = new ArrayDeque<>();
    private long omitted;

    /** A notice that is due, with the alert as it is now. */
    record Due(AlertState.Notice notice, Alert alert) {}

    Alerts(Function<Finding, AlertRule> rules) {
        this.rules = rules;
    }

    /** Applies an event of the fleet; returns the notice that is due, if any. */
    List<Due> apply(FleetEvent event, Instant now) {
        return switch (event) {
            case FleetEvent.Opened opened -> seen(opened.target(), opened.finding(), now);
            case FleetEvent.Updated updated -> seen(updated.target(), updated.finding(), now);
            case FleetEvent.Closed closed ->
                input(Alert.fingerprint(closed.target(), closed.finding().key()), new AlertState.Input.Gone(), now);
            case FleetEvent.Added added -> List.of();
            case FleetEvent.Removed removed -> List.of();
            case FleetEvent.StatusChanged changed -> List.of();
            case FleetEvent.RoleChanged changed -> List.of();
            case FleetEvent.Beat beat -> List.of();
        };
    }

    /** Lets time pass; returns the notices that are due. */
    List<Due> tick(Instant now) {
        return List.copyOf(open.keySet()).stream()
                .flatMap(fingerprint -> input(fingerprint, new AlertState.Input.Tick(), now).stream())
                .toList();
    }

    /** Compares with the findings that are open, by target, after events were lost. */
    List<Due> reconcile(Map<String, List<Finding>> findings, Instant now) {
        List<Due> due = new ArrayList<>();
        Set<String> known = findings.entrySet().stream()
                .flatMap(entry ->
                        entry.getValue().stream().map(finding -> Alert.fingerprint(entry.getKey(), finding.key())))
                .collect(Collectors.toSet());
        for (String fingerprint : List.copyOf(open.keySet())) {
            if (!known.contains(fingerprint)) {
                due.addAll(input(fingerprint, new AlertState.Input.Gone(), now));
            }
        }
        findings.forEach((target, list) -> list.forEach(finding -> due.addAll(seen(target, finding, now))));
        return due;
    }

    /** Notes who takes care of a firing alert; null: no such alert is firing. */
    @Nullable
    Alert acknowledge(String id, String by, Instant now) {
        for (Alert alert : open.values()) {
            if (alert.id().equals(id) && !(alert.state() instanceof AlertState.Pending)) {
                input(alert.fingerprint(), new AlertState.Input.Acknowledged(by), now);
                return open.get(alert.fingerprint());
            }
        }
        return null;
    }

    private List<Due> seen(String target, Finding finding, Instant now) {
        String fingerprint = Alert.fingerprint(target, finding.key());
        Alert known = open.get(fingerprint);
        if (known == null && open.size() >= OPEN) {
            omitted++;
            return List.of();
        }
        open.put(fingerprint, known == null ? Alert.begin(target, finding, now) : known.with(finding));
        return input(fingerprint, new AlertState.Input.Seen(), now);
    }

    private List<Due> input(String fingerprint, AlertState.Input input, Instant now) {
        Alert alert = open.get(fingerprint);
        if (alert == null) {
            return List.of();
        }
        AlertState.Transition transition = alert.state().next(input, rules.apply(alert.finding()), now);
        Alert next = alert.with(transition.state());
        if (next.state().ended()) {
            open.remove(fingerprint);
            if (next.resolved()) {
                keep(next);
            }
        } else {
            open.put(fingerprint, next);
        }
        return transition.notice() == AlertState.Notice.NONE ? List.of() : List.of(new Due(transition.notice(), next));
    }

    private void keep(Alert alert) {
        if (resolved.size() == RESOLVED) {
            resolved.removeLast();
        }
        resolved.addFirst(alert);
    }

    /** The open alerts, the oldest first. */
    List<Alert> open() {
        return List.copyOf(open.values());
    }

    /** The latest resolved alerts, the latest first. */
    List<Alert> resolved() {
        return List.copyOf(resolved);
    }

    /** The number of observations of findings that had no place. */
    long omitted() {
        return omitted;
    }
}
