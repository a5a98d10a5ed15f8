package dev.pgvigil.alert;

import dev.pgvigil.check.Finding;
import dev.pgvigil.state.FleetEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The open alerts, at most one for each fingerprint, and the latest resolved ones. Both are bounded. Not thread-safe. */
final class Alerts {

    static final int OPEN = 10_000;
    static final int RESOLVED = 1_000;

    private final BiFunction<String, Finding, AlertRule> rules;
    private final Map<String, Alert> open = new LinkedHashMap<>();
    private final Deque<Alert> resolved = new ArrayDeque<>();
    /**
     * Alerts that a person resolved while their finding is open, with their target, by fingerprint: they begin again only after it was
     * closed.
     */
    private final Map<String, String> dismissed = new HashMap<>();
    /** Alerts of an earlier process whose finding was not seen by this one yet, by fingerprint. */
    private final Set<String> unconfirmed = new HashSet<>();

    private long omitted;

    /** A notice that is due, with the alert as it is now. */
    record Due(AlertState.Notice notice, Alert alert) {}

    /** @param rules the rule for a finding of the target of that name */
    Alerts(BiFunction<String, Finding, AlertRule> rules) {
        this.rules = rules;
    }

    /** Applies an event of the fleet; returns the notice that is due, if any. */
    List<Due> apply(FleetEvent event, Instant now) {
        return switch (event) {
            case FleetEvent.Opened opened -> seen(opened.target(), opened.finding(), now);
            case FleetEvent.Updated updated -> seen(updated.target(), updated.finding(), now);
            case FleetEvent.Closed closed ->
                gone(Alert.fingerprint(closed.target(), closed.finding().key()), now);
            case FleetEvent.AlertChanged changed -> List.of();
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
        dismissed.keySet().retainAll(known);
        for (String fingerprint : List.copyOf(open.keySet())) {
            if (!known.contains(fingerprint) && !unconfirmed.contains(fingerprint)) {
                due.addAll(gone(fingerprint, now));
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

    /** Ends an alert because a person says so; null: no such alert is open. */
    @Nullable
    Alert dismiss(String id, Instant now) {
        for (Alert alert : List.copyOf(open.values())) {
            if (alert.id().equals(id)) {
                if (!(alert.state() instanceof AlertState.Clearing)) {
                    dismissed.put(alert.fingerprint(), alert.target());
                }
                unconfirmed.remove(alert.fingerprint());
                input(alert.fingerprint(), new AlertState.Input.Dismissed(), now);
                return alert;
            }
        }
        return null;
    }

    /** Continues the alerts of an earlier process. They stay as they are until their findings are seen, or confirmed to be closed. */
    void restore(List<Alert> saved, List<Alert> over, Set<String> resolvedByHand) {
        saved.forEach(alert -> {
            open.put(alert.fingerprint(), alert);
            unconfirmed.add(alert.fingerprint());
        });
        resolved.addAll(over);
        Map<String, String> targets = new HashMap<>();
        over.forEach(alert -> targets.put(alert.fingerprint(), alert.target()));
        // Without its alert nobody knows its target; then it may begin again.
        resolvedByHand.forEach(fingerprint -> {
            String target = targets.get(fingerprint);
            if (target != null) {
                dismissed.put(fingerprint, target);
            }
        });
    }

    /** Forgets everything of the targets, so that what another process knows of them takes its place. */
    void forget(Predicate<String> targets) {
        open.values().removeIf(alert -> targets.test(alert.target()));
        unconfirmed.retainAll(open.keySet());
        resolved.removeIf(alert -> targets.test(alert.target()));
        dismissed.values().removeIf(targets);
    }

    /** Closes the findings of restored alerts of which this process knows that they are not open. */
    List<Due> confirm(Predicate<Alert> closed, Instant now) {
        List<Due> due = new ArrayList<>();
        for (String fingerprint : List.copyOf(unconfirmed)) {
            Alert alert = open.get(fingerprint);
            if (alert == null || closed.test(alert)) {
                due.addAll(gone(fingerprint, now));
            }
        }
        return due;
    }

    /** Targets of alerts that a person resolved while their finding is open, by fingerprint. */
    Map<String, String> dismissed() {
        return Map.copyOf(dismissed);
    }

    List<Due> gone(String fingerprint, Instant now) {
        dismissed.remove(fingerprint);
        unconfirmed.remove(fingerprint);
        return input(fingerprint, new AlertState.Input.Gone(), now);
    }

    List<Due> seen(String target, Finding finding, Instant now) {
        String fingerprint = Alert.fingerprint(target, finding.key());
        unconfirmed.remove(fingerprint);
        if (dismissed.containsKey(fingerprint)) {
            return List.of();
        }
        if (!rules.apply(target, finding).alerts()) {
            return gone(fingerprint, now);
        }
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
        AlertState.Transition transition = alert.state().next(input, rules.apply(alert.target(), alert.finding()), now);
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
