package dev.pgvigil.check;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats figures with units, and other texts, for findings and panels. */
public final class HumanFormat {

    /** Shown for an unknown value. */
    public static final String UNKNOWN = "–";

    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private HumanFormat() {}

    /** {@code 3.2 s}, {@code 42 s}, {@code 6 min 10 s}, {@code 3 h 5 min}, {@code 2 d 4 h}. */
    public static String seconds(double seconds) {
        long whole = Math.round(seconds);
        if (seconds < 9.95) {
            return decimal(seconds) + " s";
        }
        if (whole < 2 * MINUTE) {
            return whole + " s";
        }
        if (whole < 2 * HOUR) {
            return pair(whole / MINUTE, "min", whole % MINUTE, "s");
        }
        return whole < 2 * DAY
                ? pair(whole / HOUR, "h", whole % HOUR / MINUTE, "min")
                : pair(whole / DAY, "d", whole % DAY / HOUR, "h");
    }

    /** {@code 0.42 ms}, {@code 12.3 ms}, and from one second on as {@link #seconds}. */
    public static String milliseconds(double milliseconds) {
        if (milliseconds >= 999.5) {
            return seconds(milliseconds / 1000);
        }
        return (milliseconds < 1 && milliseconds > 0
                        ? String.format(Locale.ROOT, milliseconds < 0.01 ? "%.3f" : "%.2f", milliseconds)
                        : decimal(milliseconds))
                + " ms";
    }

    /** {@code 82.5 %} for the ratio 0.825; below one percent with two decimals. */
    public static String percent(double ratio) {
        return (ratio < 0.01 && ratio > 0 ? String.format(Locale.ROOT, "%.2f", ratio * 100) : decimal(ratio * 100))
                + " %";
    }

    /** {@code 900 B}, {@code 1.5 MiB}, {@code 120 GiB}. */
    public static String bytes(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double rest = bytes;
        int unit = 0;
        while (Math.abs(rest) >= 1023.5 && unit < units.length - 1) {
            rest /= 1024;
            unit++;
        }
        return (Math.abs(rest) >= 100 ? String.valueOf(Math.round(rest)) : decimal(rest)) + " " + units[unit];
    }

    /** The same for a whole number. */
    public static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    /** {@code 950}, {@code 12.3 thousand}, {@code 1.2 million}, {@code 2.1 billion}. */
    public static String large(double number) {
        double size = Math.abs(number);
        if (size < 10_000) {
            return decimal(number);
        }
        return size < 999_950
                ? decimal(number / 1e3) + " thousand"
                : size < 999_950_000 ? decimal(number / 1e6) + " million" : decimal(number / 1e9) + " billion";
    }

    /** The same for a whole number. */
    public static String large(long number) {
        return large((double) number);
    }

    /** {@code 1 session}, {@code 5 sessions}. */
    public static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@code , user app, application billing}, each if present. */
    public static String client(@Nullable String usename, @Nullable String applicationName) {
        return (usename == null ? "" : ", user " + usename)
                + (applicationName == null || applicationName.isEmpty() ? "" : ", application " + applicationName);
    }

    /** A number without unnecessary decimals. */
    public static String number(double value) {
        return decimal(value);
    }

    /** The parts that are not empty, separated by dots. */
    public static String list(@Nullable String... parts) {
        return Arrays.stream(parts)
                .filter(part -> part != null && !part.isEmpty())
                .collect(Collectors.joining(" · "));
    }

    /** The text, or the word for unknown if it is null or empty. */
    public static String orUnknown(@Nullable String text) {
        return text == null || text.isEmpty() ? UNKNOWN : text;
    }

    private static String pair(long big, String bigUnit, long small, String smallUnit) {
        return big + " " + bigUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    private static String decimal(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
