package dev.pgvigil.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses and formats durations, ratios and sizes. An invalid text yields null. */
public final class Quantity {

    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?) ?([A-Za-z%]{0,3})");
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Map<String, Long> BYTES = Map.of(
            "", 1L, "b", 1L, "kb", 1L << 10, "kib", 1L << 10, "mb", 1L << 20, "mib", 1L << 20, "gb", 1L << 30, "gib",
            1L << 30, "tb", 1L << 40);
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);

    private Quantity() {}

    /** {@code 500ms}, {@code 1.5s}, {@code 5m}, {@code 1h}, {@code 2d}; in whole milliseconds. */
    static @Nullable Duration duration(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches()) {
            return null;
        }
        Long millis = whole(amount.group(1), MILLIS.get(amount.group(2)));
        return millis == null ? null : Duration.ofMillis(millis);
    }

    /** {@code 64MB} in bytes. */
    static @Nullable Long bytes(String text) {
        Matcher amount = AMOUNT.matcher(text);
        return amount.matches()
                ? whole(amount.group(1), BYTES.get(amount.group(2).toLowerCase(Locale.ROOT)))
                : null;
    }

    /** {@code 80%} or {@code 0.8} as 0.8. */
    static @Nullable Double ratio(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches()) {
            return null;
        }
        BigDecimal value = new BigDecimal(amount.group(1));
        return switch (amount.group(2)) {
            case "%" -> value.divide(HUNDRED).doubleValue();
            case "" -> value.doubleValue();
            default -> null;
        };
    }

    static @Nullable Long number(String text) {
        return WHOLE.matcher(text).matches() ? Long.valueOf(text) : null;
    }

    /** A duration in the largest unit that gives a whole number: {@code 90s}, {@code 2d}. */
    public static String show(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long size = MILLIS.getOrDefault(unit, 1L);
            if (millis != 0 && millis % size == 0) {
                return millis / size + unit;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    /** A ratio in percent: {@code 80%}. */
    public static String show(double ratio) {
        return BigDecimal.valueOf(ratio).multiply(HUNDRED).stripTrailingZeros().toPlainString() + "%";
    }

    /** Bytes in the largest unit that gives a whole number: {@code 64MB}. */
    public static String show(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        int unit = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return value + units[unit];
    }

    private static @Nullable Long whole(String number, @Nullable Long unit) {
        if (unit == null) {
            return null;
        }
        try {
            return new BigDecimal(number).multiply(BigDecimal.valueOf(unit)).longValueExact();
        } catch (ArithmeticException fractionOrTooLarge) {
            return null;
        }
    }
}
