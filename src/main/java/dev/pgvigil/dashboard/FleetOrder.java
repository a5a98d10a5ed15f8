package dev.pgvigil.dashboard;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;
import static java.util.Comparator.reverseOrder;

import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.state.TargetState;
import dev.pgvigil.state.view.DatabaseSummary;
import java.util.Comparator;

/** The orders of the fleet; equal targets are sorted by name. */
enum FleetOrder {
    STATUS("worst first", true),
    NAME("by name", false),
    REGION("by region", false),
    ROLE("by role", false),
    HEARTBEAT("slowest heartbeat first", true);

    private static final Comparator<Entry> BY_NAME = comparing(entry -> entry.row.name());

    private final String words;
    private final boolean descending;

    FleetOrder(String words, boolean descending) {
        this.words = words;
        this.descending = descending;
    }

    /** One target. */
    record Entry(TargetState state, DatabaseSummary row) {

        /** The severity of the worst finding; ignored for healthy targets. */
        private Severity severity() {
            return row.status() == Status.HEALTHY || state.findings().isEmpty()
                    ? Severity.LOW
                    : state.findings().getFirst().severity();
        }

        /** A failed heartbeat counts as the slowest; unknown targets are last. */
        private double heartbeat() {
            if (row.status() == Status.UNKNOWN) {
                return -1;
            }
            Double milliseconds = row.heartbeatMs();
            return milliseconds == null ? Double.POSITIVE_INFINITY : milliseconds;
        }

        private String role() {
            return TextFormat.lower(row.role());
        }
    }

    String words() {
        return words;
    }

    /** The value of {@code aria-sort}. */
    String direction() {
        return descending ? "descending" : "ascending";
    }

    Comparator<Entry> comparator() {
        return switch (this) {
            // The worst status first, then the severity, then the most recent change.
            case STATUS ->
                comparing((Entry entry) -> entry.row.status(), reverseOrder())
                        .thenComparing(Entry::severity, reverseOrder())
                        .thenComparing(FleetOrder::newestTrouble)
                        .thenComparing(BY_NAME);
            case NAME -> BY_NAME;
            case REGION ->
                comparing((Entry entry) -> entry.row.region().isEmpty())
                        .thenComparing(entry -> entry.row.region())
                        .thenComparing(BY_NAME);
            case ROLE ->
                comparing((Entry entry) -> entry.row.role() == null)
                        .thenComparing(Entry::role)
                        .thenComparing(BY_NAME);
            case HEARTBEAT -> comparingDouble(Entry::heartbeat).reversed().thenComparing(BY_NAME);
        };
    }

    /** Compares two targets with the same status. */
    private static int newestTrouble(Entry one, Entry other) {
        return one.row.status() == Status.HEALTHY ? 0 : other.row.since().compareTo(one.row.since());
    }
}
