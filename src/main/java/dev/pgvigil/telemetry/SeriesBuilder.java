package dev.pgvigil.telemetry;

import dev.pgvigil.check.MetricSink;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Builds the series of one collection. Series that violate the rules of the format are left out and counted by
 * {@link DroppedSeries}, so that no check can break a scrape. Not thread-safe.
 */
final class SeriesBuilder {

    /** Maximum number of series of one check for one target or server, or of the metrics that belong to no check. */
    static final int PER_OWNER = 2_000;

    /** Maximum number of series: about 50 MB of text. */
    static final int IN_ALL = 300_000;

    private static final Pattern NAME = Pattern.compile("pgvigil_[a-z0-9_]{1,150}");
    private static final Pattern FOREIGN = Pattern.compile("(?!pgvigil_)[a-zA-Z_][a-zA-Z0-9_]{0,199}");

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final DroppedSeries dropped;
    private final Map<String, Share> shares = new HashMap<>();
    private final int reserved;
    private int common = IN_ALL / 2;

    /** @param checks number of checks: half of the limit is reserved for them in equal parts, the other half is shared */
    SeriesBuilder(DroppedSeries dropped, int checks) {
        this.dropped = dropped;
        this.reserved = IN_ALL / 2 / (checks + 1);
    }

    /** A sink for series of no check with these labels, at most {@link #PER_OWNER}. */
    MetricSink under(Labels labels) {
        return under(labels, "");
    }

    /** A sink for series of one check with these labels, at most {@link #PER_OWNER}. */
    MetricSink under(Labels labels, String check) {
        return new Owner(labels, shares.computeIfAbsent(check, first -> new Share(reserved)), NAME);
    }

    /** In order of first occurrence. */
    List<Family> families() {
        return List.copyOf(families.values());
    }

    private boolean add(Share share, Pattern names, Kind kind, String name, String help, double value, Labels labels) {
        if (!names.matcher(name).matches() || !kind.allows(name)) {
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
        dropped.count(cause, name);
        return false;
    }

    /** The remaining part of the limit that is reserved for a check. */
    private static final class Share {

        private int left;

        Share(int left) {
            this.left = left;
        }
    }

    private final class Owner implements MetricSink {

        private final Labels labels;
        private final Share share;
        private final Pattern names;
        private int own;

        Owner(Labels labels, Share share, Pattern names) {
            this.labels = labels;
            this.share = share;
            this.names = names;
        }

        @Override
        public MetricSink foreign() {
            return new Owner(labels, share, FOREIGN);
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
                dropped.count(DroppedSeries.Cause.LIMIT, name);
                return;
            }
            try {
                Labels all = names == FOREIGN ? labels.replacing(more) : labels.with(more);
                own += add(share, names, kind, name, help, value, all) ? 1 : 0;
            } catch (IllegalArgumentException bad) {
                dropped.count(DroppedSeries.Cause.INVALID, name);
            }
        }
    }
}
