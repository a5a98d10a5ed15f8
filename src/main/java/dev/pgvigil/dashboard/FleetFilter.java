package dev.pgvigil.dashboard;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.view.DatabaseSummary;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Selects targets; null: any.
 *
 * @param text contained in a column of the row or in a tag; in lower case
 */
record FleetFilter(
        @Nullable String text,
        @Nullable Status status,
        @Nullable String region) {

    static FleetFilter of(@Nullable String text, @Nullable String status, @Nullable String region) {
        return new FleetFilter(
                text == null || text.isBlank() ? null : text.strip().toLowerCase(Locale.ROOT),
                TextFormat.constant(Status.class, status),
                region == null || region.isEmpty() ? null : region);
    }

    boolean matches(DatabaseSummary row) {
        return (status == null || status == row.status())
                && (region == null || region.equals(row.region()))
                && (text == null || contains(row, text));
    }

    /** With this status, or without a status if it has this one. */
    FleetFilter toggled(Status other) {
        return new FleetFilter(text, status == other ? null : other, region);
    }

    FleetFilter toggled(String other) {
        return new FleetFilter(text, status, other.equals(region) ? null : other);
    }

    private static boolean contains(DatabaseSummary row, String text) {
        Stream<@Nullable String> shown = Stream.of(
                row.name(),
                row.server(),
                row.database(),
                row.region(),
                row.version(),
                row.worst(),
                TextFormat.lower(row.status()),
                TextFormat.lower(row.role()));
        Stream<String> tags = row.tags().entrySet().stream().map(FleetFilter::tag);
        return Stream.concat(shown, tags)
                .filter(Objects::nonNull)
                .anyMatch(one -> one.toLowerCase(Locale.ROOT).contains(text));
    }

    private static String tag(Map.Entry<String, String> tag) {
        return tag.getKey() + ":" + tag.getValue();
    }
}
