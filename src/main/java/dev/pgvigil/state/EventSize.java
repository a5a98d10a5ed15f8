package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** About how many bytes an event keeps: its texts, and a flat amount for the rest. */
final class EventSize {

    private static final int FLAT = 128;
    private static final int VALUE = 24;

    private EventSize() {}

    static int of(FleetEvent event) {
        return switch (event) {
            case FleetEvent.Opened opened -> FLAT + of(opened.finding());
            case FleetEvent.Updated updated -> FLAT + of(updated.finding());
            case FleetEvent.Closed closed -> FLAT + of(closed.finding());
            case FleetEvent.Added added -> FLAT;
            case FleetEvent.Removed removed -> FLAT;
            case FleetEvent.StatusChanged changed -> FLAT;
            case FleetEvent.RoleChanged changed -> FLAT;
            case FleetEvent.Beat beat -> FLAT;
        };
    }

    private static int of(Finding finding) {
        int size = FLAT
                + length(finding.key())
                + length(finding.title())
                + length(finding.observed())
                + length(finding.threshold())
                + length(finding.cause())
                + length(finding.action())
                + length(finding.sql());
        for (Map<String, Object> row : finding.evidence()) {
            for (Object value : row.values()) {
                size += VALUE + length(value);
            }
        }
        return size;
    }

    private static int length(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case CharSequence text -> text.length();
            case Collection<?> many ->
                many.stream().mapToInt(one -> VALUE + length(one)).sum();
            default -> VALUE;
        };
    }
}
