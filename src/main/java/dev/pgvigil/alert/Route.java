package dev.pgvigil.alert;

import dev.pgvigil.target.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * Which receivers are told of the alerts that it selects, and how these are grouped.
 *
 * @param escalation further receivers while nobody acknowledges; null: none
 * @param last whether the routes after it are not looked at for what it selects
 */
record Route(
        Selector selector, List<String> receivers, @Nullable Escalation escalation, List<By> groupBy, boolean last) {

    /** What the alerts of a group have in common. */
    enum By {
        SERVER,
        TARGET,
        CHECK,
        SEVERITY,
        REGION,
        ALERT;

        private String of(Candidate one) {
            Target target = one.target();
            return switch (this) {
                case SERVER -> one.server();
                case TARGET -> one.alert().target();
                case CHECK -> one.alert().type();
                case SEVERITY -> one.severity().name().toLowerCase(Locale.ROOT);
                case REGION -> target == null ? "" : target.region();
                case ALERT -> one.alert().fingerprint();
            };
        }
    }

    /** A receiver that is told of an alert, in which group, and whether because nobody acknowledged it. */
    record Destination(String receiver, String group, boolean escalated) {}

    boolean selects(Candidate one) {
        return selector.selects(one.alert().target(), one.target(), one.alert().finding(), one.severity());
    }

    /**
     * Where an alert goes.
     *
     * @param exposed since when nothing suppressed it
     */
    List<Destination> destinations(Candidate one, Instant exposed, Instant now) {
        String group = group(one);
        SequencedSet<String> first = new LinkedHashSet<>(receivers);
        List<Destination> all = new ArrayList<>();
        Escalation steps = escalation;
        if (steps != null) {
            first.addAll(steps.tiers().getFirst());
        }
        first.forEach(receiver -> all.add(new Destination(receiver, group, false)));
        if (steps != null) {
            int reached = steps.reached(one, exposed, now);
            SequencedSet<String> later = new LinkedHashSet<>();
            steps.tiers().subList(1, reached + 1).forEach(later::addAll);
            later.removeAll(first);
            later.forEach(receiver -> all.add(new Destination(receiver, group, true)));
        }
        return all;
    }

    private String group(Candidate one) {
        List<String> parts = groupBy.stream()
                .map(by -> by.name().toLowerCase(Locale.ROOT) + "=" + by.of(one))
                .toList();
        return parts.isEmpty() ? "all" : String.join(", ", parts);
    }

    /**
     * Tiers of receivers: the next one is told when nobody acknowledged within the response time. There is no timer that could be
     * lost: what is due follows from when the alert was first sent, whatever happened to the process in between.
     *
     * @param critical response time of critical alerts
     * @param high of those of high severity
     * @param other of all others
     */
    record Escalation(List<List<String>> tiers, Duration critical, Duration high, Duration other) {

        /** The last tier that is due, from 0. An acknowledgement stops it. */
        int reached(Candidate one, Instant exposed, Instant now) {
            AlertState.Acknowledgement acknowledged = one.alert().acknowledgement();
            Instant until = acknowledged == null || acknowledged.at().isAfter(now) ? now : acknowledged.at();
            long steps = Math.max(0, Duration.between(exposed, until).dividedBy(response(one)));
            return (int) Math.min(tiers.size() - 1L, steps);
        }

        private Duration response(Candidate one) {
            return switch (one.severity()) {
                case CRITICAL -> critical;
                case HIGH -> high;
                case MEDIUM, LOW -> other;
            };
        }
    }
}
