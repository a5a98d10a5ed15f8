package dev.pgvigil.backup.format;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name of a WAL segment: timeline and position. */
public record WalName(int timeline, long high, long low) {

    private static final Pattern SEGMENT = Pattern.compile("([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})");

    /** Null if the name is not that of a segment. */
    public static @Nullable WalName parse(String name) {
        Matcher matcher = SEGMENT.matcher(name);
        return matcher.matches()
                ? new WalName(
                        (int) Long.parseLong(matcher.group(1), 16),
                        Long.parseLong(matcher.group(2), 16),
                        Long.parseLong(matcher.group(3), 16))
                : null;
    }

    /** The segment of a timeline with this number. */
    public static WalName of(int timeline, long number, long segmentBytes) {
        long each = (1L << 32) / segmentBytes;
        return new WalName(timeline, number / each, number % each);
    }

    /** Its number since the beginning of WAL. */
    public long number(long segmentBytes) {
        return high * ((1L << 32) / segmentBytes) + low;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%08X%08X%08X", timeline, high, low);
    }
}
