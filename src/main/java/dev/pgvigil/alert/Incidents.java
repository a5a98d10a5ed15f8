package dev.pgvigil.alert;

import dev.pgvigil.alert.Incident.Happening;
import dev.pgvigil.alert.Incident.Kind;
import dev.pgvigil.check.Severity;
import dev.pgvigil.slo.SpentBudget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The incidents, made of what alerts do: one begins when an alert of high or critical severity fires on a server that has none, takes in every
 * alert that fires there, and ends when none has fired for 2 min. The latest 100 are kept. Pure, not thread-safe.
 */
final class Incidents {

    static final int MOST = 100;

    private static final Duration QUIET = Duration.ofMinutes(2);
    private static final Duration COSTS = Duration.ofSeconds(10);

    /** By id, the latest last. */
    private final Map<String, Incident> incidents = new LinkedHashMap<>();
    /** When an alert of an open incident fired the last time, by its id. */
    private final Map<String, Instant> fired = new HashMap<>();
    /** Bad seconds at the latest look, by id of the incident, target and objective. */
    private final Map<String, Long> bad = new HashMap<>();

    private Instant counted = Instant.MIN;

    /**
     * Follows the alerts.
     *
     * @param alerts all of them, as people see them
     * @param servers server of an alert; null: unknown
     * @param spent by target
     */
    void observe(
            List<AlertReport.Shown> alerts,
            Function<Alert, @Nullable String> servers,
            Function<String, List<SpentBudget>> spent,
            Instant now) {
        Map<String, List<AlertReport.Shown>> byServer = new LinkedHashMap<>();
        Map<String, AlertReport.Shown> byId = new HashMap<>();
        for (AlertReport.Shown one : alerts) {
            byId.put(one.alert().id(), one);
            String server = one.state().active() ? servers.apply(one.alert()) : null;
            if (server != null) {
                byServer.computeIfAbsent(server, _ -> new ArrayList<>()).add(one);
            }
        }
        Map<String, Incident> open = new HashMap<>();
        incidents.values().stream().filter(Incident::open).forEach(one -> open.put(one.server(), one));
        byServer.forEach((server, firing) -> {
            Incident incident = open.get(server);
            if (incident == null) {
                incident = firing.stream()
                        .filter(one -> one.severity().compareTo(Severity.HIGH) >= 0)
                        .max((one, other) -> one.severity().compareTo(other.severity()))
                        .map(first -> Incident.begin(server, first, now))
                        .orElse(null);
            }
            if (incident != null) {
                for (AlertReport.Shown one : firing) {
                    incident = follow(incident, one, now);
                }
                fired.put(incident.id(), now);
                open.put(server, incident);
            }
        });
        boolean count = !now.isBefore(counted.plus(COSTS));
        counted = count ? now : counted;
        for (Incident each : open.values()) {
            Incident incident = resolved(each, byId, now);
            Instant last = fired.computeIfAbsent(incident.id(), _ -> now);
            boolean over = !now.isBefore(last.plus(QUIET));
            if (count || over) {
                incident = incident.withCosts(costs(incident, spent));
            }
            put(over ? incident.ended(now) : incident);
        }
    }

    private static Incident follow(Incident before, AlertReport.Shown one, Instant now) {
        String id = one.alert().id();
        Incident incident = before;
        Incident.Involved known = incident.alerts().get(id);
        if (known == null && incident.alerts().size() >= Incident.ALERTS) {
            return incident;
        }
        if (known == null) {
            incident = incident.with(Incident.Involved.of(one, now))
                    .with(new Happening(
                            now,
                            Kind.FIRED,
                            id,
                            null,
                            one.alert().target() + ": " + one.alert().message()));
        } else if (known.until() != null || one.severity().compareTo(known.severity()) > 0) {
            incident = incident.with(new Incident.Involved(
                            id,
                            known.target(),
                            known.type(),
                            known.finding(),
                            one.severity(),
                            one.alert().finding().title(),
                            one.alert().message(),
                            known.since(),
                            null,
                            known.cause(),
                            known.action()))
                    .with(new Happening(
                            now,
                            known.until() == null ? Kind.WORSE : Kind.FIRED,
                            id,
                            null,
                            one.alert().target() + ": " + one.alert().message()));
        }
        for (String receiver : one.told()) {
            incident = once(incident, new Happening(now, Kind.TOLD, id, receiver, "told"));
        }
        AlertState.Acknowledgement acknowledged = one.alert().acknowledgement();
        if (acknowledged != null) {
            incident = once(
                    incident,
                    new Happening(acknowledged.at(), Kind.ACKNOWLEDGED, id, acknowledged.by(), "acknowledged"));
        }
        Candidate.Suppression suppression = one.suppression();
        if (suppression != null) {
            incident = once(incident, new Happening(now, Kind.SUPPRESSED, id, null, suppression.reason()));
        }
        return incident;
    }

    /** What is the same but for its time is noted once. */
    private static Incident once(Incident incident, Happening what) {
        return incident.timeline().stream()
                        .anyMatch(one -> one.kind() == what.kind()
                                && one.text().equals(what.text())
                                && String.valueOf(one.alert()).equals(String.valueOf(what.alert()))
                                && String.valueOf(one.by()).equals(String.valueOf(what.by())))
                ? incident
                : incident.with(what);
    }

    private static Incident resolved(Incident before, Map<String, AlertReport.Shown> byId, Instant now) {
        Incident incident = before;
        for (Incident.Involved one : List.copyOf(before.alerts().values())) {
            AlertReport.Shown shown = byId.get(one.id());
            boolean over = shown == null || !shown.state().active();
            if (one.until() == null && over) {
                incident = incident.with(one.until(now))
                        .with(new Happening(now, Kind.RESOLVED, one.id(), null, one.target() + ": " + one.title()));
            }
        }
        return incident;
    }

    private Map<String, Incident.Cost> costs(Incident incident, Function<String, List<SpentBudget>> spent) {
        Map<String, Incident.Cost> costs = new LinkedHashMap<>(incident.costs());
        Set<String> targets = new HashSet<>();
        incident.alerts().values().forEach(one -> targets.add(one.target()));
        for (String target : targets) {
            for (SpentBudget one : spent.apply(target)) {
                String key = target + "\n" + one.objective();
                Long before = bad.put(incident.id() + "\n" + key, one.badSeconds());
                // What was bad before this process looked the first time is not known.
                long more = before == null ? 0 : Math.max(0, one.badSeconds() - before);
                Incident.Cost known = costs.get(key);
                costs.put(
                        key,
                        new Incident.Cost(
                                target,
                                one.objective(),
                                (known == null ? 0 : known.badSeconds()) + more,
                                one.budgetSeconds()));
            }
        }
        return costs;
    }

    private void put(Incident incident) {
        incidents.remove(incident.id());
        incidents.put(incident.id(), incident);
        if (!incident.open()) {
            fired.remove(incident.id());
            bad.keySet().removeIf(key -> key.startsWith(incident.id()));
        }
        while (incidents.size() > MOST) {
            String first = incidents.keySet().iterator().next();
            incidents.remove(first);
            fired.remove(first);
        }
    }

    /** Adds what somebody writes; null: there is no such incident. */
    @Nullable
    Incident note(String id, String by, String text, Instant now) {
        Incident incident = incidents.get(id);
        if (incident == null) {
            return null;
        }
        Incident noted = incident.with(new Happening(now, Kind.NOTE, null, by, text));
        incidents.put(id, noted);
        return noted;
    }

    /** The latest first. */
    List<Incident> all() {
        return incidents.values().stream()
                .sorted((one, other) -> other.begin().compareTo(one.begin()))
                .toList();
    }

    /** Forgets those of the targets, so that what another process knows of them takes its place. */
    void forget(Predicate<String> targets) {
        incidents.values().removeIf(incident -> targets.test(incident.target()));
    }

    /** Continues what was kept. */
    void restore(Collection<Incident> kept) {
        kept.stream()
                .sorted((one, other) -> one.begin().compareTo(other.begin()))
                .forEach(this::put);
    }
}
