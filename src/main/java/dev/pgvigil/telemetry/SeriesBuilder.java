package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The series of one walk over the fleet. What breaks the rules of an exposition is left out and told to {@link DroppedSeries},
 * so that no check can break a scrape. For one thread.
 */
final class SeriesBuilder {

    /** Series of one check for one target or server, or of all that is no check's; what has more loses its own alone. */
    static final int PER_OWNER = 2_000;

    /** Series in all: some 50 MB of text. */
    static final int IN_ALL = 300_000;

    private static final Pattern NAME = Pattern.compile("pgvigil_[a-z0-9_]{1,150}");

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final DroppedSeries losses;
    private final Map<String, Share> shares = new HashMap<>();
    private final int reserved;
    private int common = IN_ALL / 2;

    /** @param checks that share the bound: half of it is reserved to them in equal parts, half goes to whoever comes first */
    SeriesBuilder(DroppedSeries losses, int checks) {
        this.losses = losses;
        this.reserved = IN_ALL / 2 / (checks + 1);
    }

    /** Takes series that are no check's under these labels, at most {@link #PER_OWNER}. */
    MetricSink under(Labels labels) {
        return under(labels, "");
    }

    /** Takes series of one check under these labels, at most {@link #PER_OWNER}. */
    MetricSink under(Labels labels, String check) {
        return new Owner(labels, shares.computeIfAbsent(check, first -> new Share(reserved)));
    }

    /** In the order in which they were first seen. */
    List<Family> families() {
        return List.copyOf(families.values());
    }

    private boolean add(Share share, Kind kind, String name, String help, double value, Labels labels) {
        if (!NAME.matcher(name).matches() || !kind.allows(name)) {
            return lost(DroppedSeries.Cause.INVALID, name);
        }
        Family family =
                families.computeIfAbsent(Kind.base(name), base -> new Family(name, kind, help, new LinkedHashMap<>()));
        if (family.kind() != kind) {
            return lost(DroppedSeries.Cause.CONFLICT, name);
        }
        if (share.left == 0 && common == 0) {
            return lost(DroppedSeries.Cause.LIMIT, name);
        }
        if (family.series().putIfAbsent(labels, value) != null) {
            return lost(DroppedSeries.Cause.DUPLICATE, name);
        }
        if (share.left > 0) {
            share.left--;
        } else {
            common--;
        }
        return true;
    }

    private boolean lost(DroppedSeries.Cause cause, String name) {
        losses.count(cause, name);
        return false;
    }

    /** What is left to one check of the part of the bound that is reserved to it. */
    private static final class Share {

        private int left;

        Share(int left) {
            this.left = left;
        }
    }

    private final class Owner implements MetricSink {

        private final Labels labels;
        private final Share share;
        private int own;

        Owner(Labels labels, Share share) {
            this.labels = labels;
            this.share = share;
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
                own += add(share, kind, name, help, value, labels.with(more)) ? 1 : 0;
            } catch (IllegalArgumentException bad) {
                losses.count(DroppedSeries.Cause.INVALID, name);
            }
        }
    }
}
