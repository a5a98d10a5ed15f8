package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The series of one walk over the fleet. What breaks the rules of an exposition is left out and told to {@link DroppedSeries},
 * so that no check can break a scrape. For one thread.
 */
final class SeriesBuilder {

    /** Series of one target or one server; a target that has more loses its own alone. */
    static final int PER_OWNER = 2_000;

    /** Series in all: some 50 MB of text. */
    static final int IN_ALL = 300_000;

    private static final Pattern NAME = Pattern.compile("pgvigil_[a-z0-9_]{1,150}");

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final DroppedSeries losses;
    private int size;

    SeriesBuilder(DroppedSeries losses) {
        this.losses = losses;
    }

    /** Takes figures under these labels, at most {@link #PER_OWNER}. */
    MetricSink under(Labels labels) {
        return new Owner(labels);
    }

    /** In the order in which they were first seen. */
    List<Family> families() {
        return List.copyOf(families.values());
    }

    private boolean add(Kind kind, String name, String help, double value, Labels labels) {
        if (!NAME.matcher(name).matches() || !kind.allows(name)) {
            return lost(DroppedSeries.Cause.INVALID, name);
        }
        Family family =
                families.computeIfAbsent(Kind.base(name), base -> new Family(name, kind, help, new LinkedHashMap<>()));
        if (family.kind() != kind) {
            return lost(DroppedSeries.Cause.CONFLICT, name);
        }
        if (size >= IN_ALL) {
            return lost(DroppedSeries.Cause.LIMIT, name);
        }
        if (family.series().putIfAbsent(labels, value) != null) {
            return lost(DroppedSeries.Cause.DUPLICATE, name);
        }
        size++;
        return true;
    }

    private boolean lost(DroppedSeries.Cause cause, String name) {
        losses.count(cause, name);
        return false;
    }

    private final class Owner implements MetricSink {

        private final Labels labels;
        private int own;

        Owner(Labels labels) {
            this.labels = labels;
        }

        @Override
        public void gauge(String name, String help, double value, String... more) {
            take(Kind.GAUGE, name, help, value, more);
        }

        @Override
        public void counter(String name, String help, double value, String... more) {
            take(Kind.COUNTER, name, help, value, more);
        }

        private void take(Kind kind, String name, String help, double value, String... more) {
            if (own >= PER_OWNER) {
                losses.count(DroppedSeries.Cause.LIMIT, name);
                return;
            }
            try {
                own += add(kind, name, help, value, labels.with(more)) ? 1 : 0;
            } catch (IllegalArgumentException bad) {
                losses.count(DroppedSeries.Cause.INVALID, name);
            }
        }
    }
}
