package dev.pgvigil.state;

import dev.pgvigil.check.Finding;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Estimates the size of an event in bytes: its texts plus a fixed amount. */
final class EventSize {

    private static final int BASE = 128;
    private static final int VALUE = 24;

    private EventSize() {}

    static int of(FleetEvent event) {
        return switch (event) {
            case FleetEvent.Opened opened -> BASE + of(opened.finding());
            case FleetEvent.Updated updated -> BASE + of(updated.finding());
            case FleetEvent.Closed closed -> BASE + of(closed.finding());
            case FleetEvent.Added added -> BASE;
            case FleetEvent.Removed removed -> BASE;
            case FleetEvent.StatusChanged changed -> BASE;
            case FleetEvent.RoleChanged changed -> BASE;
            case FleetEvent.AlertChanged changed ->
                2 * BASE + length(changed.alert().message());
            case FleetEvent.Beat beat -> BASE;
        };
    }

    private static int of(Finding finding) {
        int size = BASE
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
