package dev.pgvigil.status;

import dev.pgvigil.check.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A component over the last 90 days, by days of UTC, and its latest incidents. An incident begins after a minute of the status unhealthy, and
 * ends after a minute of another known one: unknown neither begins nor ends one. Not thread-safe.
 */
final class ComponentHistory {

    static final int DAYS = 90;

    private static final int INCIDENTS = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    /** Longer gaps between two observations are not known. */
    private static final Duration GAP = Duration.ofSeconds(30);

    private final TreeMap<LocalDate, Day> days = new TreeMap<>();
    private final List<Incident> incidents = new ArrayList<>();
    private Status status = Status.UNKNOWN;
    private @Nullable Instant last;
    private @Nullable Instant differentSince;

    /** Seconds of a day by status. */
    record Day(LocalDate date, double healthy, double degraded, double unhealthy) {

        Day plus(Status status, double seconds) {
            return switch (status) {
                case HEALTHY -> new Day(date, healthy + seconds, degraded, unhealthy);
                case DEGRADED -> new Day(date, healthy, degraded + seconds, unhealthy);
                case UNHEALTHY -> new Day(date, healthy, degraded, unhealthy + seconds);
                case UNKNOWN -> this;
            };
        }

        double known() {
            return healthy + degraded + unhealthy;
        }

        /** Share of what is known in which it worked; NaN: nothing is known. */
        double uptime() {
            return (healthy + degraded) / known();
        }
    }

    /**
     * A time in which the component did not work.
     *
     * @param end null: it lasts
     */
    record Incident(Instant begin, @Nullable Instant end) {}

    /** What is kept. */
    record Kept(List<Day> days, List<Incident> incidents) {}

    /** Adds an observation. */
    void add(Status now, Instant at) {
        Instant before = last;
        if (before != null && !at.isBefore(before)) {
            Duration passed = Duration.between(before, at);
            if (passed.compareTo(GAP) <= 0) {
                LocalDate date = LocalDate.ofInstant(at, ZoneOffset.UTC);
                days.put(date, days.getOrDefault(date, new Day(date, 0, 0, 0)).plus(now, passed.toMillis() / 1e3));
                days.headMap(date.minusDays(DAYS - 1L)).clear();
            }
        }
        last = at;
        status = now;
        incident(now, at);
    }

    private void incident(Status now, Instant at) {
        boolean open = !incidents.isEmpty() && incidents.getFirst().end() == null;
        boolean different = now != Status.UNKNOWN && (now == Status.UNHEALTHY) != open;
        if (!different) {
            differentSince = null;
            return;
        }
        Instant since = differentSince == null ? at : differentSince;
        differentSince = since;
        if (at.isBefore(since.plus(PATIENCE))) {
            return;
        }
        if (open) {
            incidents.set(0, new Incident(incidents.getFirst().begin(), since));
        } else {
            incidents.addFirst(new Incident(since, null));
            if (incidents.size() > INCIDENTS) {
                incidents.removeLast();
            }
        }
        differentSince = null;
    }

    Status status() {
        return status;
    }

    /** The latest first. */
    List<Incident> incidents() {
        return List.copyOf(incidents);
    }

    /** The last 90 days, the oldest first; days of which nothing is known have no seconds. */
    List<Day> days(LocalDate today) {
        List<Day> all = new ArrayList<>();
        for (int i = DAYS - 1; i >= 0; i--) {
            LocalDate date = today.minusDays(i);
            all.add(days.getOrDefault(date, new Day(date, 0, 0, 0)));
        }
        return all;
    }

    Kept kept() {
        return new Kept(List.copyOf(days.values()), incidents());
    }

    void restore(Kept kept) {
        kept.days().forEach(day -> days.put(day.date(), day));
        Collection<Incident> saved = kept.incidents();
        incidents.addAll(saved);
    }
}
