package dev.pgvigil.check.forecast;

import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Growing.Resource;
import dev.pgvigil.check.HumanFormat;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The growth of one quantity, and when it runs out if it goes on.
 *
 * @param name of a sequence or a mount point; empty where the resource is one of its kind
 * @param database null: the whole server
 * @param value bytes, sessions, identifiers, or the share of a sequence that is used
 * @param limit the value at which it has run out; null: none is known
 * @param readings how many readings the growth is estimated from
 * @param seenSeconds time from the first to the last of them
 * @param perDay growth a day; null: too few readings
 * @param perDayLow lower bound of the growth a day, with a confidence of 95 %
 * @param perDayHigh upper bound
 * @param leftSeconds from the latest reading until it runs out; null: it does not grow for certain, or so slowly that too little was seen to say when
 * @param runsOutAt the time of that
 * @param earliestAt by the upper bound of the growth
 * @param latestAt by the lower bound
 */
public record Growth(
        Resource resource,
        String name,
        @Nullable String database,
        double value,
        @Nullable Double limit,
        int readings,
        double seenSeconds,
        @Nullable Double perDay,
        @Nullable Double perDayLow,
        @Nullable Double perDayHigh,
        @Nullable Double leftSeconds,
        @Nullable Instant runsOutAt,
        @Nullable Instant earliestAt,
        @Nullable Instant latestAt) {

    Growth runsOut(double left, Instant at, Instant earliest, Instant latest) {
        return new Growth(
                resource,
                name,
                database,
                value,
                limit,
                readings,
                seenSeconds,
                perDay,
                perDayLow,
                perDayHigh,
                left,
                at,
                earliest,
                latest);
    }

    boolean concerns(String target) {
        return database == null || database.equals(target);
    }

    /** Seconds until it runs out; infinite if that is not known. */
    double left() {
        return leftSeconds == null ? Double.POSITIVE_INFINITY : leftSeconds;
    }

    /** Growth a day over the present value; null: not known. */
    @Nullable
    Double perDayRatio() {
        return perDay == null || value <= 0 ? null : perDay / value;
    }

    String label() {
        String what = switch (resource) {
            case DISK -> "disk";
            case CONNECTIONS -> "connections";
            case SEQUENCE -> "sequence";
            case TRANSACTION_IDS -> "transaction IDs";
            case MULTIXACT_IDS -> "multixact IDs";
            case DATABASE_SIZE -> "size of database " + database;
        };
        return name.isEmpty() ? what : what + " " + name;
    }

    /** A value of the resource, with its unit. */
    String text(double figure) {
        return switch (resource) {
            case DISK, DATABASE_SIZE -> HumanFormat.bytes(figure);
            case SEQUENCE -> HumanFormat.percent(figure);
            case CONNECTIONS, TRANSACTION_IDS, MULTIXACT_IDS -> HumanFormat.large(figure);
        };
    }

    Map<String, Object> row() {
        return EvidenceRow.of(
                "resource",
                label(),
                "value",
                value,
                "limit",
                limit,
                "per_day",
                perDay,
                "runs_out_at",
                runsOutAt == null ? null : runsOutAt.toString(),
                "earliest_at",
                earliestAt == null ? null : earliestAt.toString(),
                "latest_at",
                latestAt == null ? null : latestAt.toString(),
                "seen_seconds",
                seenSeconds);
    }
}
