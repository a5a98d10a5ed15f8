package dev.pgvigil.dashboard;

import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.state.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats values for pages. Unknown values are a dash. */
final class TextFormat {

    static final String UNKNOWN = HumanFormat.UNKNOWN;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT);

    private TextFormat() {}

    static String lower(@Nullable Enum<?> constant) {
        return constant == null ? UNKNOWN : constant.name().toLowerCase(Locale.ROOT);
    }

    /** The constant with this {@link #lower} form; null: none. */
    static <E extends Enum<E>> @Nullable E constant(Class<E> type, @Nullable String text) {
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(text)) {
                return constant;
            }
        }
        return null;
    }

    static String milliseconds(@Nullable Double milliseconds) {
        return milliseconds == null ? UNKNOWN : Axis.duration(milliseconds);
    }

    /** {@code 12 s}; a time in the future counts as now. */
    static String age(Instant then, Instant now) {
        return HumanFormat.seconds(Math.max(0, Duration.between(then, now).toMillis() / 1000.0));
    }

    /** The time of day if it is recent, otherwise the date. */
    static String time(Instant then, Instant now) {
        boolean recent = Duration.between(then, now).compareTo(Duration.ofHours(12)) < 0;
        return (recent ? TIME : DAY).format(SteadyClock.shown(then).atOffset(ZoneOffset.UTC));
    }

    /** The minute, in UTC. */
    static String day(Instant time) {
        return DAY.format(time.atOffset(ZoneOffset.UTC));
    }

    /** A value of the evidence of a finding. */
    static String value(@Nullable Object value) {
        return switch (value) {
            case null -> UNKNOWN;
            case Double number -> HumanFormat.number(number);
            case Collection<?> many -> many.stream().map(String::valueOf).collect(Collectors.joining(", "));
            default -> value.toString();
        };
    }
}
